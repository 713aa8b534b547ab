namespace BpfTune.Sdk.Tests;

public sealed class SocketStatisticsTests
{
    private const string Text =
        "sockets: used 5\nTCP: inuse 1 orphan 0 tw 0 alloc 1 mem 17\nUDP: inuse 1 mem 3\nUDPLITE: inuse 0\nRAW: inuse 2\nFRAG: inuse 4 memory 5000000000\n";

    [Theory]
    [InlineData(Text, "TCP", "mem", 17L)]
    [InlineData(Text, "TCP", "inuse", 1L)]
    [InlineData(Text, "UDP", "mem", 3L)]
    [InlineData(Text, "UDPLITE", "mem", null)]
    [InlineData(Text, "FRAG", "memory", 5_000_000_000L)] // more than 32 bits hold
    [InlineData("FRAG6: inuse 0 memory 12\n", "FRAG6", "memory", 12L)]
    [InlineData("FRAG6: inuse 0 memory 12\n", "FRAG", "memory", null)]
    [InlineData("sockets: used 5\nUDP: inuse 1 mem 3\n", "TCP", "mem", null)]
    [InlineData("TCP: inuse 1 orphan 0\n", "TCP", "mem", null)]
    [InlineData("TCP: inuse mem mem 4\n", "TCP", "mem", 4L)] // a name stands where names stand
    [InlineData("TCP: mem x\n", "TCP", "mem", null)]
    [InlineData("TCP: mem\n", "TCP", "mem", null)]
    [InlineData("TCP:", "TCP", "mem", null)]
    [InlineData("", "TCP", "mem", null)]
    public void A_field_is_found_by_protocol_and_name(string text, string protocol, string field, long? expected) =>
        Assert.Equal(expected, SocketStatistics.Read(text, protocol, field));
}
