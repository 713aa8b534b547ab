using BpfTune.Sdk;

namespace BpfTune.Engine.Control;

/// <summary>The words for mechanisms in listings: those of a BPF program's section where it has one.</summary>
public static class MechanismNames
{
    /// <summary>The word for a kind.</summary>
    public static string Of(MechanismKind kind) => kind switch
    {
        MechanismKind.Fentry => "fentry",
        MechanismKind.Fexit => "fexit",
        MechanismKind.Kprobe => "kprobe",
        MechanismKind.Kretprobe => "kretprobe",
        MechanismKind.TypedTracepoint => "tp_btf",
        MechanismKind.RawTracepoint => "raw_tp",
        MechanismKind.SockOps => "sock_ops",
        MechanismKind.Cgroup => "cgroup",
        MechanismKind.Counter => "counter",
        _ => "other",
    };
}
