using System.Collections.Immutable;
using System.Globalization;

namespace BpfTune.Engine.Kernel;

/// <summary>What this process is allowed to do.</summary>
public sealed class ProcessCapabilities
{
    private readonly ulong _effective;

    internal ProcessCapabilities(ulong effective) => _effective = effective;

    /// <summary>The effective set of the calling process.</summary>
    /// <exception cref="IOException">/proc is not mounted.</exception>
    public static ProcessCapabilities Read() => Parse(File.ReadAllText("/proc/self/status"));

    internal static ProcessCapabilities Parse(string status)
    {
        const string Field = "CapEff:";
        foreach (var line in status.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(Field, StringComparison.Ordinal)
                && ulong.TryParse(line[Field.Length..].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var set))
            {
                return new ProcessCapabilities(set);
            }
        }

        throw new IOException("/proc/self/status does not say which capabilities the process has.");
    }

    /// <summary>Whether the process has a capability; CAP_SYS_ADMIN counts as CAP_BPF and CAP_PERFMON too, as for the kernel.</summary>
    public bool Has(Capability capability) => HasBit(capability)
        || (capability is Capability.Bpf or Capability.Perfmon && HasBit(Capability.SysAdmin));

    /// <summary>Those without which nothing works.</summary>
    public ImmutableArray<Capability> MissingRequired() => Missing(Capability.Bpf, Capability.Perfmon, Capability.NetAdmin);

    /// <summary>Those without which part of the work cannot be done.</summary>
    /// <param name="kernel">The kernel's version: what a capability is for has changed.</param>
    public ImmutableArray<Capability> MissingUseful(Version kernel) => kernel < s_memoryByCgroup
        ? Missing(Capability.SysAdmin, Capability.SysPtrace, Capability.SysResource)
        : Missing(Capability.SysAdmin, Capability.SysPtrace);

    /// <summary>Since 5.11 BPF memory is charged to the cgroup and no longer to RLIMIT_MEMLOCK.</summary>
    private static readonly Version s_memoryByCgroup = new(5, 11);

    private ImmutableArray<Capability> Missing(params ReadOnlySpan<Capability> wanted)
    {
        var missing = ImmutableArray.CreateBuilder<Capability>();
        foreach (var capability in wanted)
        {
            if (!Has(capability))
                missing.Add(capability);
        }

        return missing.ToImmutable();
    }

    private bool HasBit(Capability capability) => (_effective & (1UL << (int)capability)) != 0;
}
