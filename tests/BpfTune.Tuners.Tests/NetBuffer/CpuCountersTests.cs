using BpfTune.Tuners.NetBuffer;

namespace BpfTune.Tuners.Tests.NetBuffer;

public sealed class CpuCountersTests
{
    private const string Text = """
        003ff1d8 0000000a 00000002 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000003 00000000 00000000 00000000 00000000
        003dfe30 ffffffff 00000001 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000005 00000000 00000000

        """;

    [Fact]
    public void Columns_are_read_for_each_cpu() =>
        Assert.Equal([new CpuCounters(0, 10, 2, 3), new CpuCounters(5, uint.MaxValue, 1, 0)], CpuCounters.Parse(Text));

    [Fact]
    public void Without_the_number_of_the_cpu_lines_are_counted() => Assert.Equal(
        [new CpuCounters(0, 1, 2, 0), new CpuCounters(1, 3, 4, 0)],
        CpuCounters.Parse("00000000 00000001 00000002\n00000000 00000003 00000004\n"));

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("00000001 00000002\n")]
    [InlineData("00000001 xyz 00000002\n")]
    [InlineData("000000001ffffffff 00000001 00000002\n")]
    public void What_is_not_understood_is_left_out(string text) => Assert.Empty(CpuCounters.Parse(text));

    [Fact]
    public void Counters_wrap_at_32_bits() => Assert.Equal(
        new CpuCounters(0, 3, 2, 1),
        new CpuCounters(0, 1, 1, 0).Since(new CpuCounters(0, uint.MaxValue - 1, uint.MaxValue, uint.MaxValue)));

    [Theory]
    [InlineData(10u, 3u, 7u)]
    [InlineData(3u, 3u, 0u)]
    [InlineData(3u, 4u, 0u)]
    public void What_a_flow_had_too_many_of_is_no_want_of_room(uint dropped, uint limited, uint expected) =>
        Assert.Equal(expected, new CpuCounters(0, dropped, 0, limited).DroppedForRoom);
}
