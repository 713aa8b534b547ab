using BpfTune.Sdk;

namespace BpfTune.Tuners.UdpBuffer;

/// <summary>What larger receive buffers are measured by: datagrams that found one full, against those that programs have read.</summary>
internal static class DropEffect
{
    /// <summary>Those of a namespace.</summary>
    public static Effect Drops { get; } = new("drops", file => file("snmp") is { } snmp ? Parse(snmp, file("snmp6")) : null);

    /// <summary>Both families together (net/ipv4/proc.c, net/ipv6/proc.c). A counter that this kernel lacks (IPv6 off) counts as 0.</summary>
    /// <param name="snmp">/proc/net/snmp.</param>
    /// <param name="snmp6">/proc/net/snmp6: a name and a number in each line; null without IPv6.</param>
    internal static EffectReading Parse(string snmp, string? snmp6)
    {
        long Four(string name) => ProcCounters.Read(snmp, "Udp", name) ?? 0;
        long Six(string name) => snmp6 is null ? 0 : ProcCounters.ReadLine(snmp6, name) ?? 0;

        return new EffectReading(
            Lost: Four("RcvbufErrors") + Six("Udp6RcvbufErrors"),
            Kept: Four("InDatagrams") + Six("Udp6InDatagrams"));
    }
}
