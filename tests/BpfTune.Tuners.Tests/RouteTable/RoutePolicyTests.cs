using BpfTune.Sdk;
using BpfTune.Tuners.RouteTable;

namespace BpfTune.Tuners.Tests.RouteTable;

public sealed class RoutePolicyTests
{
    private const long Ample = 1 << 20;

    [Theory]
    // free pages of 4096 bytes → ceiling
    [InlineData(0, 4096)] // memory unknown
    [InlineData(-1, 4096)]
    [InlineData(1_000, 4096)]
    [InlineData(1_000_000, 125_000)]
    [InlineData(100_000_000, 1 << 20)]
    [InlineData(long.MaxValue, 1 << 20)]
    public void The_ceiling_is_a_share_of_memory(long freePages, long expected) =>
        Assert.Equal(expected, RoutePolicy.Ceiling(freePages, 4096));

    [Theory]
    [InlineData(4096, 3071, Ample, 4096)] // not near
    [InlineData(4096, 3072, Ample, 5120)] // one step is enough
    [InlineData(4096, 4095, Ample, 6400)] // two until there is room
    [InlineData(4096, 4096, Ample, 8192)] // full: twice as much at once
    [InlineData(16, 4000, Ample, 6565)] // far off: at once until there is room
    [InlineData(4096, 4096, 5000, 5000)] // clipped to the ceiling
    [InlineData(4096, 4096, 4096, 4096)] // at the ceiling
    [InlineData(9000, 9000, 4096, 9000)] // an administrator's larger limit stays
    [InlineData(0, 100, Ample, 0)] // no limit to be near to
    [InlineData(-1, 100, Ample, -1)]
    [InlineData(1, 1, Ample, 2)]
    [InlineData(int.MaxValue, int.MaxValue, Ample, int.MaxValue)]
    [InlineData(int.MaxValue, int.MaxValue, 1L << 40, 4294967294)] // no 32-bit overflow
    public void The_limit_rises_until_there_is_room(long limit, long entries, long ceiling, long expected) =>
        Assert.Equal(expected, LearningRate.Default.RaiseUntilRoom(limit, entries, ceiling));

    [Theory]
    [InlineData(0, 4032, 4160)]
    [InlineData(1, 3968, 4224)]
    [InlineData(2, 3840, 4352)]
    [InlineData(3, 3584, 4608)]
    [InlineData(4, 3072, 5120)]
    public void Nearness_and_step_follow_the_learning_rate(int rate, long entries, long expected)
    {
        Assert.Equal(4096, new LearningRate(rate).RaiseUntilRoom(4096, entries - 1, Ample));
        Assert.Equal(expected, new LearningRate(rate).RaiseUntilRoom(4096, entries, Ample));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void An_hour_of_a_full_cache_ends_at_the_ceiling(int rate)
    {
        long limit = 4096;
        for (var second = 0; second < 3600; second++)
            limit = new LearningRate(rate).RaiseUntilRoom(limit, limit, 50_000);
        Assert.Equal(50_000, limit);
    }
}
