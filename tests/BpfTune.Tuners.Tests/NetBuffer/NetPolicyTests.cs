using BpfTune.Sdk;
using BpfTune.Tuners.NetBuffer;

namespace BpfTune.Tuners.Tests.NetBuffer;

public sealed class NetPolicyTests
{
    [Theory]
    [InlineData(31, 1000, false)]
    [InlineData(32, 1000, true)]
    [InlineData(0, 0, false)]
    [InlineData(1, 0, true)]
    [InlineData(1, -1, true)]
    [InlineData(0, 31, false)]
    [InlineData(4_294_967_296, int.MaxValue, true)]
    public void More_than_a_32nd_of_the_backlog_is_too_much(long dropped, long backlog, bool expected) =>
        Assert.Equal(expected, NetPolicy.IsBacklogShort(dropped, backlog));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(60, 0)]
    [InlineData(61, 1)]
    [InlineData(long.MaxValue, 1)]
    public void A_round_a_second_cut_short_is_of_no_account(long squeezed, int expected) =>
        Assert.Equal(expected, NetPolicy.BudgetDirection(squeezed, new Correlation()));

    [Theory]
    [InlineData(10, -1)]
    [InlineData(9, 1)] // too few looks
    public void Tasks_that_wait_the_longer_the_larger_the_budget_lower_it(int looks, int expected)
    {
        var history = new Correlation();
        for (var i = 0; i < looks; i++)
            history.Add(300 + (i * 75), 0.1 + (i * 0.02));
        Assert.Equal(expected, NetPolicy.BudgetDirection(1000, history));
    }

    [Theory]
    [InlineData(0, 1000, 1015)]
    [InlineData(1, 1000, 1031)]
    [InlineData(2, 1000, 1062)]
    [InlineData(3, 1000, 1125)]
    [InlineData(4, 1000, 1250)]
    [InlineData(4, 0, 0)]
    [InlineData(4, 1, 2)]
    [InlineData(4, 60_000, 65_536)]
    [InlineData(4, 65_536, 65_536)]
    [InlineData(4, 250_000, 250_000)] // an administrator's longer one stays
    [InlineData(4, int.MaxValue, int.MaxValue)]
    public void A_step_up_ends_at_the_ceiling(int rate, long value, long expected) =>
        Assert.Equal(expected, new LearningRate(rate).Raise(value, NetPolicy.MostBacklog));

    [Theory]
    [InlineData(1000, 300, 750)]
    [InlineData(350, 300, 300)]
    [InlineData(300, 300, 300)]
    [InlineData(200, 300, 200)]
    public void A_step_down_ends_where_it_began(long value, long floor, long expected) =>
        Assert.Equal(expected, LearningRate.Default.Lower(value, floor));
}
