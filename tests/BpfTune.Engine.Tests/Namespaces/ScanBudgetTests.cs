using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tests.Tuning;

namespace BpfTune.Engine.Tests.Namespaces;

public sealed class ScanBudgetTests
{
    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(0, 5)] // At least a short rest.
    [InlineData(10, 500)] // 50 times what it took.
    [InlineData(10_000, 30_000)] // At most half a minute.
    public void ASearchIsFollowedByRest(int tookMs, int restMs)
    {
        var budget = new ScanBudget(_time);
        Assert.Equal(TimeSpan.Zero, budget.Wait);
        Assert.True(budget.TrySpend(() => _time.Advance(TimeSpan.FromMilliseconds(tookMs))));
        Assert.Equal(TimeSpan.FromMilliseconds(restMs), budget.Wait);
        _time.Advance(TimeSpan.FromMilliseconds(restMs - 1));
        Assert.False(budget.TrySpend(() => Assert.Fail("too soon")));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(budget.TrySpend(() => { }));
        Assert.Equal(2, budget.Searches);
    }

    [Fact]
    public void AStormTakesAFiftiethOfTheTime()
    {
        var budget = new ScanBudget(_time);
        var spent = 0;
        for (var ms = 0; ms < 60_000; ms++)
        {
            budget.TrySpend(() =>
            {
                spent += 4;
                _time.Advance(TimeSpan.FromMilliseconds(4));
            });
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.InRange(spent, 1, 60_000 / 50);
    }

    [Fact]
    public void WhatMustBeIsChargedToo()
    {
        var budget = new ScanBudget(_time);
        budget.Spend(() => _time.Advance(TimeSpan.FromMilliseconds(10)));
        budget.Spend(() => _time.Advance(TimeSpan.FromMilliseconds(10)));
        Assert.Equal(TimeSpan.FromMilliseconds(500), budget.Wait);
    }
}
