using System.Collections.Immutable;

namespace BpfTune.Engine.Kernel;

/// <summary>Missing capabilities in words.</summary>
internal static class CapabilityText
{
    /// <summary>As capabilities(7) writes it.</summary>
    internal static string Name(Capability capability) => capability switch
    {
        Capability.NetAdmin => "CAP_NET_ADMIN",
        Capability.SysModule => "CAP_SYS_MODULE",
        Capability.SysPtrace => "CAP_SYS_PTRACE",
        Capability.SysAdmin => "CAP_SYS_ADMIN",
        Capability.SysResource => "CAP_SYS_RESOURCE",
        Capability.Perfmon => "CAP_PERFMON",
        Capability.Bpf => "CAP_BPF",
        _ => throw new ArgumentOutOfRangeException(nameof(capability), capability, null),
    };

    /// <summary>One line for somebody who started the daemon without privilege.</summary>
    internal static string Required(ImmutableArray<Capability> missing) => missing.Length == 1
        ? $"the capability {Name(missing[0])} is missing: run bpftune as root, or grant it"
        : $"the capabilities {List(missing)} are missing: run bpftune as root, or grant them";

    /// <summary>What does not work without a capability that is not strictly necessary.</summary>
    internal static string Lost(Capability capability) => capability switch
    {
        Capability.SysAdmin => "network namespaces other than the daemon's own are not tuned: CAP_SYS_ADMIN is missing",
        Capability.SysPtrace => "network namespaces that have no name are found less often: CAP_SYS_PTRACE is missing",
        Capability.SysResource => "BPF memory may hit the locked-memory limit: CAP_SYS_RESOURCE is missing, and this kernel is older than 5.11",
        _ => $"{Name(capability)} is missing",
    };

    private static string List(ImmutableArray<Capability> capabilities)
    {
        var names = capabilities.Select(Name).ToArray();
        return string.Join(", ", names[..^1]) + " and " + names[^1];
    }
}
