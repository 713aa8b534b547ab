using BpfTune.Sdk;

namespace BpfTune.Tuners.UdpBuffer;

/// <summary>UDP's counters of one namespace, both families together (net/ipv4/proc.c, net/ipv6/proc.c).</summary>
/// <param name="Received">Datagrams that programs have read.</param>
/// <param name="Dropped">Datagrams that found a receive buffer full.</param>
internal readonly record struct DropCounters(long Received, long Dropped)
{
    /// <summary>Reads them. A counter that this kernel lacks (IPv6 off) counts as 0.</summary>
    /// <param name="snmp">/proc/net/snmp.</param>
    /// <param name="snmp6">/proc/net/snmp6: a name and a number in each line; null without IPv6.</param>
    public static DropCounters Parse(string snmp, string? snmp6)
    {
        long Four(string name) => ProcCounters.Read(snmp, "Udp", name) ?? 0;
        long Six(string name) => snmp6 is null ? 0 : ProcCounters.ReadLine(snmp6, name) ?? 0;

        return new DropCounters(
            Four("InDatagrams") + Six("Udp6InDatagrams"),
            Four("RcvbufErrors") + Six("Udp6RcvbufErrors"));
    }
}
