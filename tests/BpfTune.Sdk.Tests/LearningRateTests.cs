namespace BpfTune.Sdk.Tests;

public sealed class LearningRateTests
{
    [Theory]
    [InlineData(0, 6, 15_625)]
    [InlineData(1, 5, 31_250)]
    [InlineData(2, 4, 62_500)]
    [InlineData(3, 3, 125_000)]
    [InlineData(4, 2, 250_000)]
    public void EachRateIsItsShareOfTheValue(int rate, int shift, long stepOfAMillion)
    {
        var learning = new LearningRate(rate);
        Assert.Equal(rate, learning.Rate);
        Assert.Equal(shift, learning.Shift);
        Assert.Equal(stepOfAMillion, learning.Step(1_000_000));
        Assert.Equal(1_000_000 + stepOfAMillion, learning.Raise(1_000_000));
        Assert.Equal(1_000_000 - stepOfAMillion, learning.Lower(1_000_000));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    [InlineData(int.MaxValue)]
    public void OtherRatesAreRefused(int rate) => Assert.Throws<ArgumentOutOfRangeException>(() => new LearningRate(rate));

    [Fact]
    public void TheDefaultIsAQuarter() => Assert.Equal(4, LearningRate.Default.Rate);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-5, 0)]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 1)]
    [InlineData(7, 1)]
    [InlineData(8, 2)]
    [InlineData(int.MaxValue, 536_870_911)]
    [InlineData((long)int.MaxValue + 1, 536_870_912)]
    [InlineData(uint.MaxValue, 1_073_741_823)]
    [InlineData(long.MaxValue, 2_305_843_009_213_693_951)]
    public void AStepIsAtLeastOneAndKnowsNoOverflow(long value, long step) =>
        Assert.Equal(step, LearningRate.Default.Step(value));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void ARaiseSaturatesAndACutEndsAtZero(int rate)
    {
        var learning = new LearningRate(rate);
        Assert.Equal(long.MaxValue, learning.Raise(long.MaxValue));
        Assert.Equal(long.MaxValue, learning.Raise(long.MaxValue - 1));
        Assert.Equal(0, learning.Lower(0));
        Assert.Equal(0, learning.Lower(1));
        Assert.Equal(0, learning.Lower(-3));
        Assert.True(learning.Raise(int.MaxValue) > int.MaxValue);
    }

    [Theory]
    [InlineData(75, 100, true)]
    [InlineData(74, 100, false)]
    [InlineData(100, 100, true)]
    [InlineData(101, 100, true)]
    [InlineData(0, 0, false)]
    [InlineData(5, 0, false)]
    [InlineData(5, -1, false)]
    [InlineData(0, 1, false)]
    [InlineData(1, 1, true)]
    [InlineData(2, 3, false)]
    [InlineData(3, 3, true)]
    [InlineData(1_610_612_736, int.MaxValue, true)]
    [InlineData(1_610_612_735, int.MaxValue, false)]
    [InlineData(long.MaxValue, long.MaxValue, true)]
    public void NearIsWithinAQuarter(long value, long limit, bool near) =>
        Assert.Equal(near, LearningRate.Default.IsNear(value, limit));

    [Theory]
    [InlineData(0, 985, 984)]
    [InlineData(1, 969, 968)]
    [InlineData(2, 938, 937)]
    [InlineData(3, 875, 874)]
    [InlineData(4, 750, 749)]
    public void NearFollowsTheRate(int rate, long near, long far)
    {
        Assert.True(new LearningRate(rate).IsNear(near, 1000));
        Assert.False(new LearningRate(rate).IsNear(far, 1000));
    }

    [Theory]
    [InlineData(1000, 749, 5000, 1000)] // there is room
    [InlineData(1000, 750, 5000, 1250)]
    [InlineData(1000, 1000, 5000, 2000)] // full: twice as much at once
    [InlineData(1000, 4000, 5000, 5000)] // the ceiling
    [InlineData(6000, 6000, 5000, 6000)] // beyond it: stays
    [InlineData(0, 10, 5000, 0)] // no limit is never near
    [InlineData(long.MaxValue - 1, long.MaxValue, long.MaxValue, long.MaxValue)]
    public void A_limit_rises_until_there_is_room(long limit, long used, long ceiling, long expected) =>
        Assert.Equal(expected, LearningRate.Default.RaiseUntilRoom(limit, used, ceiling));
}
