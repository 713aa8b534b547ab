using BpfTune.Sdk;
using BpfTune.Tuners.TcpBuffer;

namespace BpfTune.Tuners.Tests.TcpBuffer;

public sealed class SynPolicyTests
{
    [Theory]
    // floods, accepted, cookies, memory low → decision
    [InlineData(0, 100, true, false, "Wait")] // no flood
    [InlineData(100, 0, true, false, "Wait")]
    [InlineData(100, 0, false, false, "Wait")]
    [InlineData(100, 0, false, true, "CookiesOn")]
    [InlineData(100, 0, true, true, "Wait")] // on already
    [InlineData(100, 100, true, false, "RaiseBacklog")] // half of them are real
    [InlineData(100, 99, true, false, "Wait")] // too few samples to call it an attack
    public void Decides_with_few_samples(long floods, long accepted, bool cookies, bool memoryLow, string expected)
    {
        var decision = SynPolicy.Decide(new SynCounters(floods, 0, 0, accepted), new Correlation(), cookies, memoryLow);
        Assert.Equal(expected, decision.ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(long.MaxValue)]
    public void Forged_acknowledgements_turn_nothing_off(long bad)
    {
        var history = new Correlation();
        for (var i = 0; i < 100; i++)
        {
            history.Add(10_000 + i, i % 3);
            var decision = SynPolicy.Decide(new SynCounters(10_000, 0, bad, i % 3), history, cookies: true, memoryLow: i % 2 == 0);
            Assert.Contains(decision, (SynDecision[])[SynDecision.Wait, SynDecision.LowerBacklog]);
        }
    }

    [Fact]
    public void Floods_that_come_with_real_connections_raise_the_backlog()
    {
        var history = new Correlation();
        for (var i = 1; i <= 12; i++)
            history.Add(100 * i, 10 * i);
        Assert.Equal(SynDecision.RaiseBacklog, Decide(new SynCounters(1300, 0, 0, 130), history));
    }

    [Fact]
    public void Floods_without_real_connections_lower_it()
    {
        var history = new Correlation();
        for (var i = 1; i <= 12; i++)
            history.Add(1000 * i, i % 2);
        Assert.Equal(SynDecision.LowerBacklog, Decide(new SynCounters(12_000, 0, 0, 1), history));
    }

    [Fact]
    public void A_steady_rate_does_not_correlate_but_its_share_decides()
    {
        var history = new Correlation();
        for (var i = 0; i < 20; i++)
            history.Add(50, 200);
        Assert.Equal(0, history.Coefficient);
        Assert.Equal(SynDecision.RaiseBacklog, Decide(new SynCounters(50, 0, 0, 200), history));
    }

    [Theory]
    [InlineData(128, "LowerBacklog", 128)]
    [InlineData(130, "LowerBacklog", 128)]
    [InlineData(1024, "LowerBacklog", 768)]
    [InlineData(1024, "RaiseBacklog", 1280)]
    [InlineData(65_000, "RaiseBacklog", 65_536)]
    [InlineData(100_000, "RaiseBacklog", 100_000)] // an administrator's larger value stays
    [InlineData(64, "LowerBacklog", 64)]
    [InlineData(1024, "Wait", 1024)]
    [InlineData(0, "RaiseBacklog", 0)]
    public void The_backlog_stays_within_its_bounds(long backlog, string decision, long expected) =>
        Assert.Equal(expected, SynPolicy.Backlog(backlog, 128, Enum.Parse<SynDecision>(decision), LearningRate.Default));

    [Fact]
    public void A_flood_takes_back_raises_and_no_more()
    {
        long backlog = 2048;
        for (var second = 0; second < 3600; second++)
            backlog = SynPolicy.Backlog(backlog, 1024, SynDecision.LowerBacklog, LearningRate.Default);
        Assert.Equal(1024, backlog);
    }

    [Fact]
    public void An_hour_of_floods_ends_at_the_bound()
    {
        long backlog = 128;
        for (var second = 0; second < 3600; second++)
            backlog = SynPolicy.Backlog(backlog, 128, SynDecision.RaiseBacklog, LearningRate.Default);
        Assert.Equal(SynPolicy.MostBacklog, backlog);
    }

    private static SynDecision Decide(SynCounters interval, Correlation history) =>
        SynPolicy.Decide(interval, history, cookies: true, memoryLow: false);
}
