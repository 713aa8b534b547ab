using BpfTune.Tuners.NetBuffer;

namespace BpfTune.Tuners.Tests.NetBuffer;

public sealed class SchedulerTimesTests
{
    private const string Text = """
        version 15
        timestamp 4295000000
        cpu0 0 0 0 0 0 0 6000000000 1000 7
        domain0 3 1 2 3
        cpu1 0 0 0 0 0 0 4 500 7

        """;

    [Fact]
    public void All_cpus_are_summed() => Assert.Equal(new SchedulerTimes(6_000_000_004, 1500), SchedulerTimes.Parse(Text));

    [Theory]
    [InlineData("")]
    [InlineData("version 15\ntimestamp 1\n")]
    [InlineData("cpu0 0 0\n")]
    [InlineData("cpu0 0 0 0 0 0 0 x 1 1\n")]
    public void What_is_not_there_is_not_known(string text) => Assert.Null(SchedulerTimes.Parse(text));

    [Theory]
    [InlineData(200ul, 150ul, 0.5)]
    [InlineData(200ul, 100ul, 0.0)]
    [InlineData(100ul, 150ul, null)] // nothing ran
    [InlineData(50ul, 150ul, null)]
    [InlineData(200ul, 50ul, null)]
    public void The_ratio_is_that_of_the_interval(ulong running, ulong waiting, double? expected) =>
        Assert.Equal(expected, new SchedulerTimes(running, waiting).RatioSince(new SchedulerTimes(100, 100)));
}
