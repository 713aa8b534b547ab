using BpfTune.Sdk;

namespace BpfTune.Tuners.IpFragment;

/// <summary>What the tuner manages; meaning and defaults: Documentation/networking/ip-sysctl.rst.</summary>
internal static class FragmentTunables
{
    public static readonly Tunable IPv4 = new(
        "net.ipv4.ipfrag_high_thresh", TunableScope.Namespace, TunableUnit.Bytes, "memory for IPv4 datagrams that wait for fragments")
    {
        Effect = Failures(file => file("snmp") is { } text ? FragmentCounters.Parse(text).Effect : null),
    };

    public static readonly Tunable IPv6 = new(
        "net.ipv6.ip6frag_high_thresh", TunableScope.Namespace, TunableUnit.Bytes, "memory for IPv6 datagrams that wait for fragments")
    {
        Effect = Failures(file => file("snmp6") is { } text ? FragmentCounters.ParseIPv6(text).Effect : null),
    };

    /// <summary>Read only: how long a datagram waits for its fragments, in seconds.</summary>
    public static readonly Tunable IPv4Time = new(
        "net.ipv4.ipfrag_time", TunableScope.Namespace, TunableUnit.Count, "seconds that IPv4 datagrams wait for fragments");

    /// <inheritdoc cref="IPv4Time"/>
    public static readonly Tunable IPv6Time = new(
        "net.ipv6.ip6frag_time", TunableScope.Namespace, TunableUnit.Count, "seconds that IPv6 datagrams wait for fragments");

    /// <summary>
    /// Memory that is too small collapses: a datagram whose first fragments are refused takes room for its later ones all
    /// the same, and is never completed. So twice as much may be of no more use, and eight times as much of all.
    /// </summary>
    private static Effect Failures(Func<Func<string, string?>, EffectReading?> read) => new("failures", read) { Reach = 8 };
}
