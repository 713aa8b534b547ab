using System.Collections.Immutable;
using System.Diagnostics;
using BpfTune.Engine.Kernel;
using BpfTune.LibBpf;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Hooks;

/// <summary>
/// Loads a BPF object with the best mechanism for each hook that this kernel loads and attaches. What is known not to
/// work is not tried; what fails all the same is remembered with its reason, and the hook's next mechanism is taken.
/// </summary>
public sealed class HookLoader
{
    private readonly KernelCapabilities _kernel;
    private readonly KernelTargets _targets;
    private readonly CgroupRoot? _cgroup;
    private readonly MechanismRules _rules;
    private readonly ILogger _log;

    /// <summary>Makes a loader.</summary>
    /// <param name="kernel">What the kernel can do.</param>
    /// <param name="targets">What it has to be traced.</param>
    /// <param name="cgroup">Where cgroup programs are attached; null loses those.</param>
    /// <param name="rules">What is not to be used.</param>
    /// <param name="log">Attempts are noted at debug.</param>
    public HookLoader(KernelCapabilities kernel, KernelTargets targets, CgroupRoot? cgroup, MechanismRules rules, ILogger log)
    {
        _kernel = kernel;
        _targets = targets;
        _cgroup = cgroup;
        _rules = rules;
        _log = log;
    }

    /// <summary>Loads and attaches what a tuner declares. A kernel that lacks something is no error: see the statuses.</summary>
    /// <param name="owner">The tuner's name, for the object and for messages.</param>
    /// <param name="tunerId">The number that its events are to carry.</param>
    /// <param name="declaration">The object and the hooks.</param>
    /// <param name="shared">The engine's maps; null leaves the object its own.</param>
    /// <exception cref="BpfException">The tuner's bytes are not a BPF object.</exception>
    public LoadedHooks Load(string owner, ushort tunerId, TunerDeclaration declaration, SharedMaps? shared) =>
        Load(owner, tunerId, declaration, shared, []);

    // 'unattached' are programs to load as well and to attach nowhere; the caller runs them. One that fails is left out.
    internal LoadedHooks Load(
        string owner, ushort tunerId, TunerDeclaration declaration, SharedMaps? shared, IReadOnlyList<string> unattached)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        using var attempt = new Attempt(this, owner, tunerId, declaration, shared);
        var plan = attempt.Plan();
        var extra = unattached.ToHashSet(StringComparer.Ordinal);
        var begun = Stopwatch.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            var programs = plan.Programs.Union(extra).ToHashSet(StringComparer.Ordinal);
            if (programs.Count == 0)
                return new LoadedHooks(null, [], plan.Statuses());
            if (attempt.Run(programs, extra, out var failures) is { } hooks)
            {
                var elapsed = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
                HookLog.Loaded(_log, owner, programs.Count, elapsed, tries);
                return new LoadedHooks(hooks.Loaded, hooks.Links, plan.Statuses());
            }

            // Every round takes at least one program out, so this ends.
            foreach (var (program, reason) in failures)
            {
                var section = attempt.Section(program);
                HookLog.ProgramFailed(_log, owner, program, section, reason);
                extra.Remove(program);
                plan.Fail(program, reason);
            }
        }
    }

    /// <summary>What can be said of a program before it is tried.</summary>
    private string? WhyNot(BpfSection section, IReadOnlyDictionary<string, string> availability)
    {
        var reason = _rules.WhyNot(section) ?? _kernel.WhyNot(section.Mechanism);
        if (reason is not null)
            return reason;
        if (MechanismFacts.IsCgroup(section.Mechanism))
            return _cgroup is null ? HookText.NoCgroup : null;
        return section.Target is { } target ? HookText.Absent(WhyAbsent(section.Mechanism, target), availability.GetValueOrDefault(target)) : null;
    }

    private string? WhyAbsent(BpfMechanism mechanism, string target)
    {
        if (MechanismFacts.IsFunction(mechanism))
            return _targets.WhyNoFunction(target, MechanismFacts.NeedsBtf(mechanism));
        return mechanism is BpfMechanism.TpBtf or BpfMechanism.RawTracepoint ? _targets.WhyNoTracepoint(target) : null;
    }

    /// <summary>One object's way into the kernel, to be gone again from its start after each failure: libbpf uses an
    /// opened object up.</summary>
    private sealed class Attempt(HookLoader loader, string owner, ushort tunerId, TunerDeclaration declaration, SharedMaps? shared)
        : IDisposable
    {
        private Dictionary<string, BpfSection> _sections = [];
        private BpfObject? _opened;

        internal HookPlan Plan()
        {
            if (!declaration.Image.IsEmpty)
            {
                _opened = Open(loader._targets.ForLoading);
                _sections = _opened.Programs.ToDictionary(p => p.Name, p => p.Section, StringComparer.Ordinal);
            }

            // Only functions for which nothing else rules the program out are worth a look at the list of symbols.
            loader._targets.Prepare(declaration.Hooks
                .SelectMany(h => h.Mechanisms)
                .SelectMany(m => m.Programs)
                .Where(_sections.ContainsKey)
                .Select(p => _sections[p])
                .Where(s => s.Target is not null && MechanismFacts.IsFunction(s.Mechanism)
                    && loader._rules.WhyNot(s) is null && loader._kernel.WhyNot(s.Mechanism) is null)
                .Select(s => s.Target!));
            return new HookPlan(
                declaration.Hooks, _sections, section => loader.WhyNot(section, declaration.Availability), loader._rules.WhyNoCounter(), loader._rules.WhyNotProgram);
        }

        internal string Section(string program) => _sections.TryGetValue(program, out var section) ? section.ToString() : "?";

        internal (BpfLoadedObject Loaded, ImmutableArray<BpfLink> Links)? Run(
            HashSet<string> programs, HashSet<string> unattached, out List<(string Program, string Reason)> failures)
        {
            failures = [];
            BpfLoadedObject loaded;
            try
            {
                loaded = LoadObject(programs);
            }
            catch (BpfException e)
            {
                if (e.FullLog is { } log)
                    HookLog.VerifierSaid(loader._log, owner, log);
                failures = Culprits(e, programs);
                return null;
            }
            catch (ArgumentException e)
            {
                // A tuner built with another idea of the engine's maps.
                failures = [.. programs.Select(p => (p, e.Message))];
                return null;
            }

            var links = Attach(loaded, programs.Except(unattached), failures);
            if (failures.Count == 0)
                return (loaded, links);
            foreach (var link in links)
                link.Dispose();
            loaded.Dispose();
            return null;
        }

        public void Dispose() => _opened?.Dispose();

        private BpfObject Open(KernelBtf? btf) =>
            BpfObject.Open(declaration.Image, owner, btf is null ? null : new BpfObjectOptions { KernelBtf = btf });

        private BpfLoadedObject LoadObject(HashSet<string> programs)
        {
            var btf = loader._targets.ForLoading;
            try
            {
                var opened = _opened ?? Open(btf);
                _opened = null;
                return LoadObject(opened, programs);
            }
            catch (BpfException e) when (btf is not null && e.Errno != Errno.EPERM)
            {
                // The kernel or libbpf may differ from what was thought when the short cut was made: the long way decides.
                var loaded = LoadObject(Open(null), programs);
                var reason = HookText.Reason(e);
                HookLog.LoadedTheLongWay(loader._log, owner, reason);
                return loaded;
            }
        }

        private BpfLoadedObject LoadObject(BpfObject unloaded, HashSet<string> programs)
        {
            using var opened = unloaded;
            foreach (var program in opened.Programs)
                program.AutoLoad = programs.Contains(program.Name);
            if (shared is not null)
            {
                foreach (var (name, map) in shared.All)
                {
                    if (opened.TryGetMap(name, out var own))
                        own!.Reuse(map);
                }
            }

            if (opened.Variables.Any(v => v.Name == SharedMaps.TunerIdName))
                opened.SetVariable(SharedMaps.TunerIdName, tunerId);
            declaration.Configure?.Invoke(opened);
            return opened.Load();
        }

        private ImmutableArray<BpfLink> Attach(BpfLoadedObject loaded, IEnumerable<string> programs, List<(string, string)> failures)
        {
            var links = ImmutableArray.CreateBuilder<BpfLink>();
            foreach (var name in programs)
            {
                try
                {
                    var program = loaded.Program(name);
                    links.Add(MechanismFacts.IsCgroup(program.Section.Mechanism)
                        ? program.AttachCgroup(loader._cgroup!.Handle)
                        : program.Attach());
                }
                catch (BpfException e)
                {
                    failures.Add((name, HookText.Reason(e)));
                }
            }

            return links.ToImmutable();
        }

        /// <summary>
        /// Which programs a failed load is to be blamed on: the one it names, else those that do not load alone, else
        /// all, for then it is the object itself.
        /// </summary>
        private List<(string Program, string Reason)> Culprits(BpfException e, HashSet<string> programs)
        {
            if (e.ProgramName is { } named && programs.Contains(named))
                return [(named, HookText.Reason(e))];
            var culprits = new List<(string, string)>();
            if (e.MapName is null && programs.Count > 1)
            {
                foreach (var program in programs)
                {
                    try
                    {
                        LoadObject([program]).Dispose();
                    }
                    catch (BpfException alone)
                    {
                        culprits.Add((program, HookText.Reason(alone)));
                    }
                }
            }

            var all = e.MapName is { } map ? $"map {map}: {HookText.Reason(e)}" : HookText.Reason(e);
            return culprits.Count > 0 ? culprits : [.. programs.Select(p => (p, all))];
        }
    }
}
