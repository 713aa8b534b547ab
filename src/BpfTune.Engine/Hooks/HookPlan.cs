using System.Collections.Immutable;
using BpfTune.LibBpf;
using BpfTune.Sdk;

namespace BpfTune.Engine.Hooks;

/// <summary>
/// Which mechanism serves each hook, given which programs are known not to work. Pure: what the kernel says comes in as
/// sentences by program.
/// </summary>
internal sealed class HookPlan
{
    private readonly IReadOnlyList<Hook> _hooks;
    private readonly IReadOnlyDictionary<string, BpfSection> _sections;
    private readonly string? _noCounter;
    private readonly Dictionary<string, string> _failed = new(StringComparer.Ordinal);

    /// <param name="hooks">As declared.</param>
    /// <param name="sections">The object's programs by name.</param>
    /// <param name="whyNot">Says of a program why it cannot work here; null lets it be tried.</param>
    /// <param name="noCounter">Why counters in /proc are not to be read; null when they may be.</param>
    /// <param name="whyNotProgram">Says of a program, by its name, why it is not to be used.</param>
    internal HookPlan(
        IReadOnlyList<Hook> hooks,
        IReadOnlyDictionary<string, BpfSection> sections,
        Func<BpfSection, string?> whyNot,
        string? noCounter = null,
        Func<string, string?>? whyNotProgram = null)
    {
        _hooks = hooks;
        _noCounter = noCounter;
        _sections = sections;
        foreach (var program in hooks.SelectMany(h => h.Mechanisms).SelectMany(m => m.Programs).Distinct(StringComparer.Ordinal))
        {
            if (!sections.TryGetValue(program, out var section))
                _failed.Add(program, $"the BPF object has no program {program}");
            else if ((whyNotProgram?.Invoke(program) ?? whyNot(section)) is { } reason)
                _failed.Add(program, reason);
        }
    }

    /// <summary>The programs to load now, without those that two hooks share twice.</summary>
    internal IReadOnlySet<string> Programs
    {
        get
        {
            var programs = new SortedSet<string>(StringComparer.Ordinal);
            foreach (var hook in _hooks)
            {
                if (Choose(hook) is { } mechanism)
                    programs.UnionWith(mechanism.Programs.Where(p => !_failed.ContainsKey(p)));
            }

            return programs;
        }
    }

    /// <summary>Notes that a program does not work; hooks that were to use it move on.</summary>
    internal void Fail(string program, string reason) => _failed.TryAdd(program, reason);

    /// <summary>Notes that nothing of the object can be loaded.</summary>
    internal void FailAll(string reason)
    {
        foreach (var program in Programs)
            Fail(program, reason);
    }

    /// <summary>How each hook came out, in the order of their declaration.</summary>
    internal ImmutableArray<HookStatus> Statuses() => [.. _hooks.Select(Status)];

    private HookStatus Status(Hook hook)
    {
        var failures = ImmutableArray.CreateBuilder<MechanismFailure>();
        foreach (var mechanism in hook.Mechanisms)
        {
            var status = MechanismFacts.Describe(mechanism, _sections);
            if (WhyNot(mechanism) is { } reason)
            {
                failures.Add(new MechanismFailure(status, reason));
                continue;
            }

            // A counter that is read for one reason only is worth having; what is missing is said all the same.
            foreach (var trigger in mechanism.Programs.Where(_failed.ContainsKey))
                failures.Add(new MechanismFailure(DescribeProgram(mechanism, trigger), _failed[trigger]));
            return new HookStatus(hook, status, failures.ToImmutable());
        }

        return new HookStatus(hook, null, failures.ToImmutable());
    }

    private Mechanism? Choose(Hook hook)
    {
        foreach (var mechanism in hook.Mechanisms)
        {
            if (WhyNot(mechanism) is null)
                return mechanism;
        }

        return null;
    }

    private string? WhyNot(Mechanism mechanism)
    {
        if (mechanism.Counter is null)
        {
            var broken = mechanism.Programs.FirstOrDefault(_failed.ContainsKey);
            return broken is null ? null : _failed[broken];
        }

        if (_noCounter is not null)
            return _noCounter;
        return !mechanism.Programs.IsEmpty && mechanism.Programs.All(_failed.ContainsKey)
            ? $"nothing tells when to read it: {_failed[mechanism.Programs[0]]}"
            : null;
    }

    private MechanismStatus DescribeProgram(Mechanism mechanism, string program) => _sections.TryGetValue(program, out var section)
        ? new MechanismStatus(mechanism, MechanismFacts.Kind(section.Mechanism), MechanismFacts.Target(section))
        : new MechanismStatus(mechanism, MechanismKind.Other, program);
}
