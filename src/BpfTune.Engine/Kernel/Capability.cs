namespace BpfTune.Engine.Kernel;

/// <summary>The capabilities that matter here, with the kernel's numbers (linux/capability.h).</summary>
public enum Capability
{
    /// <summary>Network settings, cgroup programs, sysctls below net.</summary>
    NetAdmin = 12,

    /// <summary>Loading kernel modules.</summary>
    SysModule = 16,

    /// <summary>Seeing the namespaces of other processes.</summary>
    SysPtrace = 19,

    /// <summary>Entering namespaces and mounting; it also stands in for the two that were split from it in 5.8.</summary>
    SysAdmin = 21,

    /// <summary>Raising resource limits.</summary>
    SysResource = 24,

    /// <summary>Tracing by BPF, since 5.8.</summary>
    Perfmon = 38,

    /// <summary>Loading BPF programs, since 5.8.</summary>
    Bpf = 39,
}
