using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using BpfTune.Engine;
using BpfTune.Engine.Control;
using BpfTune.Engine.Hooks;
using BpfTune.Engine.Kernel;
using BpfTune.Engine.Plugins;
using BpfTune.LibBpf;
using BpfTune.Sdk;
using BpfTune.Settings;
using Microsoft.Extensions.Logging;

namespace BpfTune.Doctor;

/// <summary>Loads every tuner for a moment, as the daemon would, and reports how it came out. Leaves nothing in the kernel.</summary>
internal sealed class Examination(EngineOptions options, IReadOnlyList<SettingsProblem> problems, ILogger log)
{
    private readonly TunerCalls _calls = new(OnHang);

    /// <summary>Examines the machine.</summary>
    /// <param name="daemon">The running daemon's process id, if one runs.</param>
    internal DoctorReport Run(int? daemon)
    {
        using var targets = new KernelTargets();
        var kernel = KernelCapabilities.Probe(targets.Btf);
        var (cgroup, cgroupProblem) = Locate();
        using (cgroup)
        {
            var directories = new TunerDirectories([.. options.LibDirectories]);
            var changes = new TunerCatalog(directories).Look().Where(c => options.Allows(c.Name)).ToArray();
            var loader = new HookLoader(kernel, targets, cgroup, MechanismRules.FromEnvironment(options.Legacy), log);
            var critical = kernel.Critical;
            using var core = critical.IsEmpty ? LoadCore(loader, ref critical) : null;
            return new DoctorReport(
                EngineVersion.Number,
                Describe(kernel, cgroup, cgroupProblem, daemon),
                critical,
                kernel.Limitations,
                [.. problems.Where(p => !p.MayLimit).Select(p => p.ToString())],
                [.. problems.Where(p => p.MayLimit).Select(p => p.ToString())],
                Features(kernel),
                Directories(directories, changes),
                core is null ? [] : [.. core.Hooks.Select(HookReport.From)],
                [.. changes.Select(c => Examine(c, kernel.Kernel, loader, core?.Shared))]);
        }
    }

    private CoreBpf? LoadCore(HookLoader loader, ref ImmutableArray<string> critical)
    {
        try
        {
            return CoreBpf.Load(loader, log);
        }
        catch (BpfException e)
        {
            critical = critical.Add($"the engine's own BPF object does not load: {e.Message}");
            return null;
        }
    }

    private static SystemReport Describe(KernelCapabilities kernel, CgroupRoot? cgroup, string? cgroupProblem, int? daemon) => new(
        OsRelease.Read(),
        kernel.Kernel.Release,
        RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
        kernel.Lockdown,
        LibBpfVersion.TryGet(out var version, out _) ? version!.ToString() : null,
        Environment.Version.ToString(),
        cgroup?.Path,
        cgroupProblem,
        [.. kernel.Process.MissingRequired().Concat(kernel.Process.MissingUseful(kernel.Kernel.Version)).Select(CapabilityName)],
        daemon);

    // As capabilities(7) writes it: NetAdmin is CAP_NET_ADMIN.
    private static string CapabilityName(Capability capability) =>
        "CAP_" + JsonNamingPolicy.SnakeCaseUpper.ConvertName(capability.ToString());

    private static FeatureReport[] Features(KernelCapabilities kernel) => kernel.Features is null
        ? []
        : [.. kernel.Features.All.Select(f => new FeatureReport(
            f.Key,
            f.Value.Answer.ToString().ToLowerInvariant(),
            f.Value.IsYes ? null : f.Value.Reason))];

    private static DirectoryReport[] Directories(TunerDirectories directories, TunerFileChange[] changes) =>
        [.. directories.Look().Select(d => new DirectoryReport(
            d.Path,
            d.State.ToString().ToLowerInvariant(),
            d.Detail,
            [.. changes.Where(c => c.IsLoadable && Path.GetDirectoryName(c.Path) == d.Path).Select(c => c.Name)]))];

    private (CgroupRoot? Root, string? Problem) Locate()
    {
        try
        {
            return (CgroupRoot.Locate(options.CgroupDirectory, log), null);
        }
        catch (CgroupUnavailableException e)
        {
            return (null, e.Message);
        }
    }

    private TunerReport Examine(TunerFileChange change, KernelFacts kernel, HookLoader loader, SharedMaps? shared)
    {
        if (change.Refusal is { } refusal)
            return Report(change, "", TunerState.Refused, refusal.Reason, []);
        var summary = "";
        try
        {
            var declaration = new TunerDeclaration();
            // All of this may be a tuner's code, which may never return.
            using (_calls.Enter(_calls.Register(change.Name, ""), "its loading"))
            {
                if (!TunerLoader.TryLoad(change.File!, out var tuner, out var loadRefusal))
                    return Report(change, "", TunerState.Refused, loadRefusal.Reason, []);
                summary = TunerAnswers.Summary(tuner);
                if (TunerAnswers.NotNeededBecause(tuner, kernel) is { } reason)
                    return Report(change, summary, TunerState.NotNeeded, reason, []);
                if (shared is null)
                    return Report(change, summary, TunerState.Disabled, "nothing can be loaded here, see above", []);
                tuner.Declare(declaration);
            }

            return Load(change, declaration, summary, loader, shared);
        }
        catch (Exception e)
        {
            // A tuner may throw whatever it likes: it costs that tuner.
            return Report(change, summary, TunerState.Disabled, TunerAnswers.Failed(e), []);
        }
    }

    private static TunerReport Load(
        TunerFileChange change, TunerDeclaration declaration, string summary, HookLoader loader, SharedMaps shared)
    {
        using var loaded = loader.Load(change.Name, 1, declaration, shared);
        HookReport[] hooks = [.. loaded.Hooks.Select(HookReport.From)];
        return hooks.Length > 0 && hooks.All(h => h.Mechanism is null)
            ? Report(change, summary, TunerState.Disabled, "none of its hooks works on this kernel", hooks)
            : Report(change, summary, TunerState.Running, null, hooks);
    }

    /// <summary>There would be no report, and no word why.</summary>
    private static void OnHang(TunerCallSite tuner, string call)
    {
        var error = new DescriptorStream(DescriptorStream.StandardError);
        error.Write(Encoding.UTF8.GetBytes($"bpftune: the tuner {tuner.Name} has not returned from {call} for {TunerCalls.Patience} s; take its file away\n"));
        Interop.EndNow(ExitCode.Failed);
    }

    private static TunerReport Report(TunerFileChange change, string summary, TunerState state, string? reason, HookReport[] hooks) =>
        new(change.Name, summary, state, reason, change.Path, hooks, [], [], new TunerCounts());
}
