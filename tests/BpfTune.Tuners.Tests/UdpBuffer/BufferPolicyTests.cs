using BpfTune.Sdk;
using BpfTune.Tuners.UdpBuffer;

namespace BpfTune.Tuners.Tests.UdpBuffer;

public sealed class BufferPolicyTests
{
    private const long Ample = int.MaxValue / 2;

    [Theory]
    [InlineData(212_992, 212_992, false, Ample, 266_240)]
    [InlineData(212_992, 159_744, false, Ample, 266_240)] // just near
    [InlineData(212_992, 159_743, false, Ample, 212_992)] // smaller than the default: it was made for another one
    [InlineData(212_992, 500_000, false, Ample, 266_240)] // larger still, and yet it overflowed
    [InlineData(212_992, 425_984, true, Ample, 266_240)] // SO_RCVBUF cut to rmem_max, then doubled
    [InlineData(212_992, 319_488, true, Ample, 266_240)]
    [InlineData(212_992, 319_487, true, Ample, 212_992)] // the program has what it asked for
    [InlineData(212_992, 212_992, true, Ample, 212_992)]
    [InlineData(212_992, 212_992, false, 250_000, 250_000)] // clipped to the ceiling
    [InlineData(212_992, 212_992, false, 212_992, 212_992)]
    [InlineData(212_992, 212_992, false, 100_000, 212_992)] // a limit beyond the ceiling is an administrator's: it stays
    [InlineData(212_992, 212_992, false, 0, 212_992)] // udp_mem unknown
    [InlineData(0, 2304, false, Ample, 0)]
    [InlineData(1, 2304, false, Ample, 2)]
    [InlineData(1_000_000_000, 2_000_000_000, true, Ample, 1_073_741_823)] // what doubles to an int
    [InlineData(1_073_741_823, 2_147_483_646, true, Ample, 1_073_741_823)]
    [InlineData(2_147_483_647, 2_147_483_647, false, Ample, 2_147_483_647)]
    [InlineData(4_294_967_296, 4_294_967_296, false, long.MaxValue, 5_368_709_120)] // 64 bits throughout
    public void The_limit_that_binds_rises_by_a_step(long limit, long buffer, bool isLocked, long ceiling, long expected) =>
        Assert.Equal(expected, BufferPolicy.Raise(limit, buffer, isLocked, ceiling, LearningRate.Default));

    [Theory]
    [InlineData(0, 65_000, 66_015)]
    [InlineData(1, 65_000, 67_031)]
    [InlineData(2, 65_000, 69_062)]
    [InlineData(3, 65_000, 73_125)]
    [InlineData(4, 65_000, 81_250)]
    public void The_step_follows_the_learning_rate(int rate, long limit, long expected) =>
        Assert.Equal(expected, BufferPolicy.Raise(limit, limit, false, Ample, new LearningRate(rate)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Buffers_that_are_not_made_anew_stop_it_after_a_step_or_two(int rate)
    {
        long limit = 212_992, raises = 0;
        for (var second = 0; second < 3600; second++)
        {
            var next = BufferPolicy.Raise(limit, 212_992, false, Ample, new LearningRate(rate));
            raises += next > limit ? 1 : 0;
            limit = next;
        }

        Assert.InRange(raises, 1, 2);
    }

    [Fact]
    public void An_hour_of_ever_new_buffers_ends_at_the_ceiling()
    {
        const long ceiling = 10_000_000;
        long limit = 4096;
        for (var second = 0; second < 3600; second++)
            limit = BufferPolicy.Raise(limit, limit, false, ceiling, LearningRate.Default);
        Assert.Equal(ceiling, limit);
    }

    [Theory]
    [InlineData(8000, 8000, 4096, false, 4_096_000)]
    [InlineData(8000, 8000, 4096, true, 2_048_000)]
    [InlineData(8000, 800, 4096, false, 409_600)] // what is available is less than UDP may take
    [InlineData(1_151_598, 1_151_598, 4096, false, 8 << 20)]
    [InlineData(8_000_000, 8_000_000, 4096, true, 64 << 20)]
    [InlineData(long.MaxValue, long.MaxValue, 65_536, true, 64 << 20)]
    [InlineData(0, 8000, 4096, false, 0)]
    [InlineData(-1, 8000, 4096, false, 0)]
    [InlineData(8000, 0, 4096, true, 0)] // memory is short
    public void No_buffer_may_take_more_than_an_eighth_of_the_memory_nor_more_than_the_end_of_it(
        long pages, long available, long pageSize, bool isLocked, long expected) =>
        Assert.Equal(expected, BufferPolicy.Ceiling(pages, available, pageSize, isLocked));
}
