using BpfTune.Sdk;
using BpfTune.Tuners.NeighbourTable;

namespace BpfTune.Tuners.Tests.NeighbourTable;

public sealed class ThresholdPolicyTests
{
    private const long Ample = 1 << 20;

    [Theory]
    // addresses, free pages of 4096 bytes → ceiling
    [InlineData(0, 1_000_000, 1024)]
    [InlineData(-1, 1_000_000, 1024)]
    [InlineData(256, 1_000_000, 1024)]
    [InlineData(512, 1_000_000, 2048)]
    [InlineData(65_536, 1_000_000, 62_500)] // a 64th of 4 GB, 1 KiB each
    [InlineData(65_536, 100_000_000, 262_144)] // four times a /16
    [InlineData(1L << 32, 1_000_000_000, 1 << 20)]
    [InlineData(long.MaxValue, long.MaxValue, 1 << 20)]
    [InlineData(65_536, 1_000, 1024)] // a tiny machine: what the kernel itself allows
    [InlineData(65_536, 0, 1024)] // memory unknown
    [InlineData(65_536, -1, 1024)]
    public void The_ceiling_is_four_times_the_addresses_within_a_share_of_memory(long addresses, long freePages, long expected) =>
        Assert.Equal(expected, ThresholdPolicy.Ceiling(addresses, freePages, 4096));

    [Theory]
    [InlineData("128 512 1024", 767, Ample, "128 512 1024")] // not near
    [InlineData("128 512 1024", 768, Ample, "160 640 1280")] // one step is enough
    [InlineData("128 512 1024", 1023, Ample, "200 800 1600")] // two steps until there is room
    [InlineData("128 512 1024", 1024, Ample, "256 1024 2048")] // full: twice as much at once
    [InlineData("128 512 1024", 5000, Ample, "976 3906 7812")] // lowered by somebody while it was in use
    [InlineData("128 512 1024", 1024, 1024, "128 512 1024")] // at the ceiling
    [InlineData("128 512 1024", 1024, 1100, "137 550 1100")] // clipped to it
    [InlineData("128 512 9000", 9000, 1024, "128 512 9000")] // an administrator's larger limit stays
    [InlineData("0 512 1024", 768, Ample, "0 640 1280")] // collection from the first entry on stays
    [InlineData("0 0 0", 100, Ample, "0 0 0")] // a table without a limit to be near to
    [InlineData("2000 512 1024", 768, Ample, "2000 640 1280")] // out of order stays out of order
    [InlineData("2 3 3", 3, Ample, "4 6 6")]
    public void Thresholds_rise_together_until_there_is_room(string old, long entries, long ceiling, string expected) =>
        Assert.Equal(expected, ThresholdPolicy.Raise(TunableValue.Parse(old), entries, ceiling, LearningRate.Default).Text);

    [Theory]
    [InlineData(0, 1008, "130 520 1040")]
    [InlineData(1, 992, "132 528 1056")]
    [InlineData(2, 960, "136 544 1088")]
    [InlineData(3, 896, "144 576 1152")]
    [InlineData(4, 768, "160 640 1280")]
    public void Nearness_and_step_follow_the_learning_rate(int rate, long entries, string expected)
    {
        var thresholds = ThresholdPolicy.Defaults;
        Assert.Equal(thresholds, ThresholdPolicy.Raise(thresholds, entries - 1, Ample, new LearningRate(rate)));
        Assert.Equal(expected, ThresholdPolicy.Raise(thresholds, entries, Ample, new LearningRate(rate)).Text);
    }

    [Fact]
    public void No_32_bit_value_overflows()
    {
        var most = TunableValue.Of(int.MaxValue, int.MaxValue, int.MaxValue);
        Assert.Equal(most, ThresholdPolicy.Raise(most, int.MaxValue, ThresholdPolicy.MostEntries, LearningRate.Default));
        var beyond = ThresholdPolicy.Raise(most, int.MaxValue, 1L << 40, LearningRate.Default);
        Assert.Equal(4294967294, beyond[2]);
        Assert.Equal(1610612736, ThresholdPolicy.Lower(most, ThresholdPolicy.Defaults, LearningRate.Default)[2]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void An_hour_of_a_full_table_ends_at_the_ceiling(int rate)
    {
        var thresholds = ThresholdPolicy.Defaults;
        for (var second = 0; second < 3600; second++)
        {
            thresholds = ThresholdPolicy.Raise(thresholds, thresholds[2], 50_000, new LearningRate(rate));
            Assert.True(thresholds[0] <= thresholds[1] && thresholds[1] <= thresholds[2]);
        }

        Assert.Equal("6250 25000 50000", thresholds.Text);
    }

    [Theory]
    [InlineData("160 640 1280", "128 512 1024")]
    [InlineData("800 3200 6400", "600 2400 4800")]
    [InlineData("128 512 1024", "128 512 1024")]
    [InlineData("16 32 64", "16 32 64")] // below the floor: left, not raised
    [InlineData("0 0 0", "0 0 0")]
    public void Thresholds_fall_by_a_step_and_never_below_the_defaults(string old, string expected) => Assert.Equal(
        expected, ThresholdPolicy.Lower(TunableValue.Parse(old), ThresholdPolicy.Defaults, LearningRate.Default).Text);

    [Fact]
    public void An_hour_of_emptiness_ends_at_what_was_found()
    {
        var floor = ThresholdPolicy.Floor(TunableValue.Of(64, 4096, 8192));
        Assert.Equal("128 4096 8192", floor.Text);
        var thresholds = TunableValue.Of(20_000, 80_000, 160_000);
        for (var step = 0; step < 360; step++)
            thresholds = ThresholdPolicy.Lower(thresholds, floor, LearningRate.Default);
        Assert.Equal(floor, thresholds);
    }

    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    [InlineData(0, true)]
    public void Nearly_empty_is_a_step_or_less_of_the_limit(long entries, bool expected) =>
        Assert.Equal(expected, ThresholdPolicy.IsNearlyEmpty(entries, ThresholdPolicy.Defaults, LearningRate.Default));

    [Fact]
    public void Lowering_never_makes_the_table_nearly_full()
    {
        for (var rate = 0; rate <= 4; rate++)
        {
            var step = new LearningRate(rate);
            for (long limit = 1025; limit < 100_000; limit += 977)
            {
                var thresholds = TunableValue.Of(limit, limit, limit);
                var lowered = ThresholdPolicy.Lower(thresholds, ThresholdPolicy.Defaults, step);
                Assert.False(step.IsNear(limit >> step.Shift, lowered[2]));
            }
        }
    }
}
