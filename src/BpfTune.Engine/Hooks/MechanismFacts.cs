using BpfTune.LibBpf;
using BpfTune.Sdk;

namespace BpfTune.Engine.Hooks;

/// <summary>What a program's section says of its mechanism.</summary>
internal static class MechanismFacts
{
    internal static MechanismKind Kind(BpfMechanism mechanism) => mechanism switch
    {
        BpfMechanism.Fentry => MechanismKind.Fentry,
        BpfMechanism.Fexit => MechanismKind.Fexit,
        BpfMechanism.Kprobe => MechanismKind.Kprobe,
        BpfMechanism.Kretprobe => MechanismKind.Kretprobe,
        BpfMechanism.TpBtf => MechanismKind.TypedTracepoint,
        BpfMechanism.RawTracepoint => MechanismKind.RawTracepoint,
        BpfMechanism.SockOps => MechanismKind.SockOps,
        _ when IsCgroup(mechanism) => MechanismKind.Cgroup,
        _ => MechanismKind.Other,
    };

    /// <summary>Whether its programs are attached to a cgroup.</summary>
    internal static bool IsCgroup(BpfMechanism mechanism) => mechanism is BpfMechanism.SockOps or BpfMechanism.CgroupSysctl
        or BpfMechanism.CgroupSockCreate or BpfMechanism.CgroupSockRelease or BpfMechanism.CgroupSkb
        or BpfMechanism.CgroupSockAddr or BpfMechanism.CgroupSockopt or BpfMechanism.CgroupDevice or BpfMechanism.CgroupPostBind;

    /// <summary>Whether its target is a kernel function.</summary>
    internal static bool IsFunction(BpfMechanism mechanism) => mechanism is BpfMechanism.Fentry or BpfMechanism.Fexit
        or BpfMechanism.FmodRet or BpfMechanism.Kprobe or BpfMechanism.Kretprobe;

    /// <summary>Whether the kernel's BTF takes part in attaching it.</summary>
    internal static bool NeedsBtf(BpfMechanism mechanism) => mechanism is BpfMechanism.Fentry or BpfMechanism.Fexit
        or BpfMechanism.FmodRet or BpfMechanism.TpBtf;

    internal static string Target(BpfSection section) => section switch
    {
        { Target: { } target } => target,
        _ when IsCgroup(section.Mechanism) => "cgroup root",
        _ => section.Prefix,
    };

    /// <summary>How a listing shows a mechanism; its programs are of one kind, as a rule, and may have several targets.</summary>
    internal static MechanismStatus Describe(Mechanism mechanism, IReadOnlyDictionary<string, BpfSection> sections)
    {
        if (mechanism.Counter is { } counter)
            return new MechanismStatus(mechanism, MechanismKind.Counter, counter);
        var known = mechanism.Programs.Where(sections.ContainsKey).Select(p => sections[p]).ToArray();
        return known.Length == 0
            ? new MechanismStatus(mechanism, MechanismKind.Other, string.Join(", ", mechanism.Programs))
            : new MechanismStatus(mechanism, Kind(known[0].Mechanism), string.Join(", ", known.Select(Target).Distinct(StringComparer.Ordinal)));
    }
}
