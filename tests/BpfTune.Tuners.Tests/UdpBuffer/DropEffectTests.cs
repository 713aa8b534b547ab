using BpfTune.Sdk;
using BpfTune.Tuners.UdpBuffer;

namespace BpfTune.Tuners.Tests.UdpBuffer;

public sealed class DropEffectTests
{
    private const string Snmp = """
        Ip: Forwarding DefaultTTL
        Ip: 2 64
        Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors IgnoredMulti MemErrors
        Udp: 5000000000 1 90 50 80 0 0 0 10
        UdpLite: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors
        UdpLite: 1 1 1 1 1

        """;

    private const string Snmp6 = "Ip6InReceives  \t1\nUdp6InDatagrams \t30\nUdp6RcvbufErrors \t4\nUdpLite6RcvbufErrors\t9\n";

    [Fact]
    public void Both_families_count_together() => Assert.Equal(new EffectReading(Lost: 84, Kept: 5_000_000_030), DropEffect.Parse(Snmp, Snmp6));

    [Fact]
    public void Without_ipv6_there_is_no_snmp6() => Assert.Equal(new EffectReading(Lost: 80, Kept: 5_000_000_000), DropEffect.Parse(Snmp, null));

    [Theory]
    [InlineData("", "")]
    [InlineData("Udp: NoPorts\nUdp: 4\n", "Udp6NoPorts 4\n")]
    [InlineData("Udp: InDatagrams\n", "Udp6InDatagrams\n")]
    public void Counters_that_are_missing_count_as_none(string snmp, string snmp6) =>
        Assert.Equal(default, DropEffect.Parse(snmp, snmp6));
}
