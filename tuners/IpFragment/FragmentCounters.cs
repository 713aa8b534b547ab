using BpfTune.Sdk;

namespace BpfTune.Tuners.IpFragment;

/// <summary>A namespace's counters of one family (net/ipv4/proc.c, net/ipv6/proc.c), since the namespace was made.</summary>
/// <param name="Fragments">Fragments that came in.</param>
/// <param name="Completed">Datagrams put together.</param>
/// <param name="Failed">Fragments refused, and datagrams given up.</param>
internal readonly record struct FragmentCounters(long Fragments, long Completed, long Failed)
{
    /// <summary>Reads those of IPv4 from /proc/net/snmp. A counter that this kernel lacks counts as 0.</summary>
    public static FragmentCounters Parse(string snmp) => new(
        ProcCounters.Read(snmp, "Ip", "ReasmReqds") ?? 0,
        ProcCounters.Read(snmp, "Ip", "ReasmOKs") ?? 0,
        ProcCounters.Read(snmp, "Ip", "ReasmFails") ?? 0);

    /// <summary>Reads those of IPv6 from /proc/net/snmp6.</summary>
    public static FragmentCounters ParseIPv6(string snmp6) => new(
        ProcCounters.ReadLine(snmp6, "Ip6ReasmReqds") ?? 0,
        ProcCounters.ReadLine(snmp6, "Ip6ReasmOKs") ?? 0,
        ProcCounters.ReadLine(snmp6, "Ip6ReasmFails") ?? 0);

    /// <summary>What more memory is measured by: failures against datagrams put together.</summary>
    public EffectReading Effect => new(Lost: Failed, Kept: Completed);

    /// <summary>What was added since an earlier reading.</summary>
    public FragmentCounters Since(FragmentCounters earlier) => new(
        Fragments - earlier.Fragments, Completed - earlier.Completed, Failed - earlier.Failed);
}
