using BpfTune.Sdk;
using BpfTune.Tuners.TcpBuffer;

namespace BpfTune.Tuners.Tests.TcpBuffer;

public sealed class BufferPolicyTests
{
    private static readonly LearningRate Rate = LearningRate.Default;

    private static BufferFacts Facts(long window = 131072, long overhead = 512, long allocated = 100, long pressure = 100_000) =>
        new(262144, window, overhead, 50_000, 50_000, allocated, pressure, 200_000);

    [Theory]
    [InlineData(100_000, 512, 2, 400_000)] // twice the payload, twice its truesize
    [InlineData(100_000, 256, 2, 200_000)]
    [InlineData(100_000, 512, 4, 800_000)]
    [InlineData(0, 512, 4, 0)]
    [InlineData(uint.MaxValue, 65536, 2, 2L * uint.MaxValue * 256)] // past 32 bits
    [InlineData(long.MaxValue, 65536, 4, long.MaxValue)] // saturates
    public void The_ceiling_is_a_multiple_of_the_bandwidth_delay_product(long window, long overhead, uint room, long expected) =>
        Assert.Equal(expected, BufferPolicy.BandwidthDelayCeiling(Facts(window, overhead), room));

    [Theory]
    [InlineData(0, 4096, 0)]
    [InlineData(800_000, 4096, 409_600_000)]
    [InlineData(long.MaxValue, 4096, int.MaxValue)]
    [InlineData(1L << 22, 65536, int.MaxValue)]
    public void One_socket_gets_an_eighth_of_tcp_memory(long pages, long pageSize, long expected) =>
        Assert.Equal(expected, BufferPolicy.MemoryCeiling(pages, long.MaxValue, pageSize));

    [Theory]
    [InlineData(131072, 5_000_000, int.MaxValue, 5_000_000)] // ample: straight to what the path needs
    [InlineData(131072, 139_264, int.MaxValue, 131072)] // a sixteenth more is not worth it
    [InlineData(131072, 139_265, int.MaxValue, 139_265)]
    [InlineData(131072, 131072, int.MaxValue, 131072)]
    [InlineData(131072, 0, int.MaxValue, 131072)] // nothing seen yet
    [InlineData(131072, long.MaxValue, 1_500_000, 750_000)] // to half of the memory ceiling at once
    [InlineData(1_000_000, long.MaxValue, 1_500_000, 1_250_000)] // from there by steps
    [InlineData(1_000_000, long.MaxValue, 1_100_000, 1_100_000)] // clipped
    [InlineData(2_000_000, long.MaxValue, 1_100_000, 2_000_000)] // an administrator's larger value stays
    [InlineData(1_073_741_824, long.MaxValue, int.MaxValue, 1_342_177_280)]
    [InlineData(int.MaxValue, long.MaxValue, int.MaxValue, int.MaxValue)]
    [InlineData(0, 1000, int.MaxValue, 1000)]
    public void Raises_stop_at_both_ceilings(long maximum, long product, long memory, long expected) =>
        Assert.Equal(expected, BufferPolicy.Raise(maximum, product, memory, Rate));

    [Theory]
    [InlineData(0, 1_015_625)]
    [InlineData(1, 1_031_250)]
    [InlineData(2, 1_062_500)]
    [InlineData(3, 1_125_000)]
    [InlineData(4, 1_250_000)]
    public void Near_the_memory_ceiling_the_step_follows_the_learning_rate(int rate, long expected) =>
        Assert.Equal(expected, BufferPolicy.Raise(1_000_000, long.MaxValue, 1_900_000, new LearningRate(rate)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_condition_that_persists_reaches_the_ceiling_and_stops(int rate)
    {
        long maximum = 4096, ceiling = 294_807_552;
        var steps = 0;
        for (; steps < 100_000; steps++)
        {
            var next = BufferPolicy.Raise(maximum, long.MaxValue, ceiling, new LearningRate(rate));
            if (next == maximum)
                break;
            Assert.InRange(next, maximum + 1, ceiling);
            maximum = next;
        }

        Assert.InRange(maximum, ceiling - (ceiling / 16), ceiling);
        Assert.InRange(steps, 1, 60);
    }

    [Theory]
    [InlineData(1_000_000, 131072, 0, 750_000)]
    [InlineData(150_000, 131072, 0, 131072)] // never below the default member
    [InlineData(1_000_000, 131072, 900_000, 900_000)] // nor below what the path needs
    [InlineData(100_000, 131072, 0, 100_000)] // already below: not raised by lowering
    public void Lowering_has_two_floors(long maximum, long defaultMember, long product, long expected) =>
        Assert.Equal(expected, BufferPolicy.Lower(maximum, defaultMember, product, Rate));

    [Theory]
    [InlineData(0, 100_000, true)]
    [InlineData(74_999, 100_000, true)]
    [InlineData(75_000, 100_000, false)]
    [InlineData(200_000, 100_000, false)]
    public void Memory_is_ample_until_a_step_below_the_pressure_mark(long allocated, long pressure, bool ample) =>
        Assert.Equal(ample, BufferPolicy.IsMemoryAmple(Facts(allocated: allocated, pressure: pressure), Rate));

    [Theory]
    [InlineData(100_000_000, 131072, 100_000_000, 100_000_000)] // needed still
    [InlineData(100_000_000, 131072, 94_000_000, 100_000_000)] // a sixteenth less is not worth a change
    [InlineData(100_000_000, 131072, 50_000_000, 50_000_000)]
    [InlineData(100_000_000, 131072, 0, 131072)] // never below what was there first
    [InlineData(131072, 131072, 0, 131072)]
    [InlineData(131072, 6_291_456, 0, 131072)] // nor is it raised
    public void What_is_not_needed_any_more_goes_down_to_what_was_there_first(long maximum, long first, long needed, long expected) =>
        Assert.Equal(expected, BufferPolicy.Recede(maximum, first, needed));

    [Theory]
    [InlineData(0, 1000)]
    [InlineData(5, 1000)]
    [InlineData(10, 500)]
    [InlineData(15, 250)]
    [InlineData(200, 0)]
    public void What_was_needed_holds_for_minutes_and_then_fades(int minutes, long left) =>
        Assert.Equal(left, new Need(1000, 1, 0).After(TimeSpan.FromMinutes(minutes)));
}
