using BpfTune.Tuners.TcpBuffer;

namespace BpfTune.Tuners.Tests.TcpBuffer;

public sealed class CounterTests
{
    private const string NetStat = """
        TcpExt: SyncookiesSent SyncookiesRecv SyncookiesFailed ListenOverflows ListenDrops TCPReqQFullDoCookies TCPReqQFullDrop
        TcpExt: 9 5 7 10 100 30 20
        IpExt: InNoRoutes
        IpExt: 0

        """;

    private const string Snmp = """
        Ip: Forwarding DefaultTTL
        Ip: 2 64
        Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens
        Tcp: 1 200 120000 -1 40 41

        """;

    [Fact]
    public void Counters_are_read_by_name()
    {
        var counters = SynCounters.Parse(NetStat, Snmp);
        Assert.Equal(new SynCounters(20 + 30 + (100 - 10 - 20), 5, 7, 41), counters);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("TcpExt: A\n", "Tcp: B\n")]
    [InlineData("TcpExt: ListenDrops\nTcpExt: x\n", "Tcp: PassiveOpens\nTcp:\n")]
    public void Counters_that_are_missing_count_as_none(string netstat, string snmp) =>
        Assert.Equal(default, SynCounters.Parse(netstat, snmp));

    [Fact]
    public void An_interval_is_the_difference() =>
        Assert.Equal(new SynCounters(5, 1, 2, 3), new SynCounters(15, 2, 4, 6).Since(new SynCounters(10, 1, 2, 3)));
}
