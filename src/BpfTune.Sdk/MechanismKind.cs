namespace BpfTune.Sdk;

/// <summary>How a fact is observed.</summary>
public enum MechanismKind
{
    /// <summary>A BPF program on the entry of a kernel function, through BTF (fentry).</summary>
    Fentry,

    /// <summary>A BPF program on the return of a kernel function, through BTF (fexit).</summary>
    Fexit,

    /// <summary>A BPF program on the entry of a kernel function, through a kprobe.</summary>
    Kprobe,

    /// <summary>A BPF program on the return of a kernel function, through a kretprobe.</summary>
    Kretprobe,

    /// <summary>A BPF program on a tracepoint whose arguments BTF types.</summary>
    TypedTracepoint,

    /// <summary>A BPF program on a raw tracepoint.</summary>
    RawTracepoint,

    /// <summary>A BPF program on TCP's socket operations, attached to the cgroup root.</summary>
    SockOps,

    /// <summary>Another BPF program attached to the cgroup root (cgroup/sysctl, cgroup/sock_create).</summary>
    Cgroup,

    /// <summary>A counter in /proc, read while something else shows activity.</summary>
    Counter,

    /// <summary>A BPF program of another kind, attached by its section.</summary>
    Other,
}
