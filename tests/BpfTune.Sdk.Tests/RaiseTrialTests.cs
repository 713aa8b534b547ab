namespace BpfTune.Sdk.Tests;

public sealed class RaiseTrialTests
{
    private readonly RaiseTrial _trial = new();

    [Fact]
    public void Two_doublings_that_change_nothing_are_enough()
    {
        Assert.True(_trial.IsWorthwhile(1000, 0, 0));
        Assert.True(_trial.IsWorthwhile(1999, 100, 900));
        Assert.True(_trial.IsWorthwhile(2000, 100, 900)); // the measure: 10 %
        Assert.True(_trial.IsWorthwhile(3999, 200, 1800));
        Assert.False(_trial.IsWorthwhile(4000, 200, 1800)); // the proof: 10 % again
        Assert.Equal(1000, _trial.Floor);
        Assert.Equal(0.1, _trial.Before);
        Assert.Equal(0.1, _trial.Latest);
    }

    [Fact]
    public void Once_useless_it_stays_so_until_cleared()
    {
        Useless();
        Assert.False(_trial.IsWorthwhile(4000, 5000, 1800));
        _trial.Clear();
        Assert.True(_trial.IsWorthwhile(4000, 5000, 1800));
        Assert.Equal(4000, _trial.Floor);
    }

    [Theory]
    [InlineData(106, 894, false)] // a sixteenth would be 106.25
    [InlineData(107, 893, true)]
    [InlineData(200, 800, true)]
    [InlineData(105, 895, false)]
    [InlineData(100, 900, false)]
    [InlineData(10, 990, false)] // worse
    [InlineData(0, 1000, false)]
    [InlineData(1000, 0, true)]
    public void A_share_that_grows_by_a_sixteenth_is_worth_it(long kept, long lost, bool expected)
    {
        _trial.IsWorthwhile(1000, 0, 0);
        _trial.IsWorthwhile(2000, 100, 900);
        Assert.Equal(expected, _trial.IsWorthwhile(4000, 100 + kept, 900 + lost));
    }

    [Fact]
    public void Where_little_is_lost_a_sixteenth_less_of_that_is_worth_it()
    {
        _trial.IsWorthwhile(1000, 0, 0);
        _trial.IsWorthwhile(2000, 98_400, 1600);
        Assert.True(_trial.IsWorthwhile(4000, 98_400 + 98_500, 1600 + 1500));
        Assert.True(_trial.IsWorthwhile(8000, 98_400 + 98_500 + 100_000, 1600 + 1500));
    }

    [Fact]
    public void What_keeps_helping_may_go_on()
    {
        long value = 1000, kept = 0, lost = 0;
        for (var i = 0; i < 10; i++)
        {
            Assert.True(_trial.IsWorthwhile(value, kept, lost));
            kept += value / 10;
            lost += 200_000 - (value / 10);
            value *= 2;
        }
    }

    [Fact]
    public void Few_packets_prove_nothing()
    {
        _trial.IsWorthwhile(1000, 0, 0);
        Assert.True(_trial.IsWorthwhile(2000, 9, 90));
        Assert.True(_trial.IsWorthwhile(4000, 9, 90));
        Assert.Null(_trial.Latest);
    }

    [Theory]
    [InlineData(999, 200, 1800)] // lowered by somebody
    [InlineData(4000, 50, 1800)] // counters of a new namespace
    [InlineData(4000, 200, 100)]
    public void What_runs_backwards_begins_a_new_trial(long value, long kept, long lost)
    {
        _trial.IsWorthwhile(1000, 0, 0);
        _trial.IsWorthwhile(2000, 100, 900);
        Assert.True(_trial.IsWorthwhile(value, kept, lost));
        Assert.Equal(value, _trial.Floor);
    }

    [Fact]
    public void Huge_values_do_not_overflow()
    {
        Assert.True(_trial.IsWorthwhile(long.MaxValue / 2, 0, 0));
        Assert.True(_trial.IsWorthwhile(long.MaxValue, 0, 1000));
        Assert.True(_trial.IsWorthwhile(long.MaxValue, 0, 2000));
    }

    [Fact]
    public void Zero_is_no_trap()
    {
        Assert.True(_trial.IsWorthwhile(0, 0, 0));
        Assert.True(_trial.IsWorthwhile(0, 0, 1000));
        Assert.False(_trial.IsWorthwhile(0, 0, 2000));
    }

    private void Useless()
    {
        _trial.IsWorthwhile(1000, 0, 0);
        _trial.IsWorthwhile(2000, 100, 900);
        Assert.False(_trial.IsWorthwhile(4000, 200, 1800));
    }
}
