using BpfTune.Sdk;

namespace BpfTune.Tuners.IpFragment;

/// <summary>What the tuner manages; meaning and defaults: Documentation/networking/ip-sysctl.rst.</summary>
internal static class FragmentTunables
{
    public static readonly Tunable IPv4 = new(
        "net.ipv4.ipfrag_high_thresh", TunableScope.Namespace, TunableUnit.Bytes, "memory for IPv4 datagrams that wait for fragments");

    public static readonly Tunable IPv6 = new(
        "net.ipv6.ip6frag_high_thresh", TunableScope.Namespace, TunableUnit.Bytes, "memory for IPv6 datagrams that wait for fragments");
}
