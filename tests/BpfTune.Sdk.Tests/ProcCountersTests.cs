namespace BpfTune.Sdk.Tests;

public sealed class ProcCountersTests
{
    private const string Text = """
        TcpExt: SyncookiesSent SyncookiesRecv ListenOverflows ListenDrops TCPReqQFullDrop
        TcpExt: 1 2 3 4294967296 -1
        IpExt: InNoRoutes InOctets
        IpExt: 0 9223372036854775807
        Tcp: RtoAlgorithm MaxConn
        Tcp: 1 -1

        """;

    [Theory]
    [InlineData("TcpExt", "SyncookiesSent", 1)]
    [InlineData("TcpExt", "ListenOverflows", 3)]
    [InlineData("TcpExt", "ListenDrops", 4294967296)]
    [InlineData("TcpExt", "TCPReqQFullDrop", -1)]
    [InlineData("IpExt", "InOctets", long.MaxValue)]
    [InlineData("Tcp", "MaxConn", -1)]
    public void Found(string group, string counter, long value) => Assert.Equal(value, ProcCounters.Read(Text, group, counter));

    [Theory]
    [InlineData("TcpExt", "NoSuch")]
    [InlineData("TcpExt", "InOctets")]
    [InlineData("Udp", "InDatagrams")]
    [InlineData("TcpExt", "Listen")]
    [InlineData("Tcp", "")]
    public void Absent(string group, string counter) => Assert.Null(ProcCounters.Read(Text, group, counter));

    [Theory]
    [InlineData("")]
    [InlineData("Tcp: A B")]
    [InlineData("Tcp: A B\nTcp: 1")]
    [InlineData("Tcp: A B\nTcp: 1 x")]
    public void TornTextSaysNothing(string text) => Assert.Null(ProcCounters.Read(text, "Tcp", "B"));

    [Fact]
    public void ThisKernelsOwn() =>
        Assert.NotNull(ProcCounters.Read(File.ReadAllText("/proc/net/netstat"), "TcpExt", "ListenDrops"));

    [Theory]
    [InlineData("Udp6InDatagrams", 4294967296L)]
    [InlineData("Udp6RcvbufErrors", 7L)]
    [InlineData("Udp6Rcvbuf", null)] // a part of a name is none
    [InlineData("Udp6MemErrors", null)]
    [InlineData("Broken", null)]
    public void A_counter_in_a_line_of_its_own_is_found_by_name(string counter, long? expected) => Assert.Equal(
        expected,
        ProcCounters.ReadLine("Ip6InReceives  \t1\nUdp6InDatagrams                 \t4294967296\nUdp6RcvbufErrors\t7\nBroken x\n", counter));

    [Fact]
    public void An_empty_text_has_no_lines() => Assert.Null(ProcCounters.ReadLine("", "Udp6InDatagrams"));
}
