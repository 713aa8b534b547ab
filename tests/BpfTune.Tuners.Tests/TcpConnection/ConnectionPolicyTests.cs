using BpfTune.Sdk;
using BpfTune.Tuners.TcpConnection;

namespace BpfTune.Tuners.Tests.TcpConnection;

public sealed class ConnectionPolicyTests
{
    [Theory]
    [InlineData(1000, 1000, 1e6, 1e6, 0)]
    [InlineData(2000, 1000, 1e6, 1e6, 1)]
    [InlineData(1000, 1000, 0.25e6, 1e6, 0.75)]
    [InlineData(1500, 1000, 0.5e6, 1e6, 1)]
    [InlineData(uint.MaxValue, 1, 0, 1e6, 101)]
    [InlineData(500, 1000, 2e6, 1e6, 0)]
    [InlineData(1000, 0, 1e6, 0, 0)]
    [InlineData(0, 0, 0, 0, 0)]
    public void A_queue_in_the_way_and_bandwidth_left_unused_both_cost(double rtt, double minRtt, double rate, double maxRate, double cost) =>
        Assert.Equal(cost, ConnectionPolicy.Cost(new Estimate(rtt, rate, 1), new PathLimits(minRtt, maxRate)), 6);

    [Theory]
    [InlineData(0, 1.0 / 64)]
    [InlineData(1, 1.0 / 32)]
    [InlineData(2, 1.0 / 16)]
    [InlineData(3, 1.0 / 8)]
    [InlineData(4, 1.0 / 4)]
    public void An_estimate_moves_by_the_learning_rate(int rate, double share)
    {
        var estimate = ConnectionPolicy.Learn(new Estimate(1000, 1e6, 7), new ConnectionOutcome(2000, 1000, 0), new LearningRate(rate));
        Assert.Equal(1000 * (1 + share), estimate.Rtt, 6);
        Assert.Equal(1e6 * (1 - share), estimate.Rate, 6);
        Assert.Equal(8, estimate.Samples);
    }

    [Fact]
    public void The_first_sample_is_believed() => Assert.Equal(
        new Estimate(20, 30, 1), ConnectionPolicy.Learn(default, new ConnectionOutcome(20, 10, 30), new LearningRate(0)));

    [Fact]
    public void The_count_of_samples_does_not_overflow() => Assert.Equal(
        int.MaxValue,
        ConnectionPolicy.Learn(new Estimate(1, 1, int.MaxValue), new ConnectionOutcome(1, 1, 1), LearningRate.Default).Samples);

    [Fact]
    public void An_hour_of_the_worst_connections_reaches_the_worst_cost_and_stops()
    {
        var estimate = default(Estimate);
        for (var i = 0; i < 3600; i++)
        {
            estimate = ConnectionPolicy.Learn(in estimate, new ConnectionOutcome(uint.MaxValue, 1, 1), LearningRate.Default);
            Assert.InRange(ConnectionPolicy.Cost(in estimate, new PathLimits(1, 1e12)), 100.99, 101);
        }
    }

    [Fact]
    public void What_was_learned_first_is_judged_by_the_best_seen_later()
    {
        var slow = new Estimate(1000, 1e6, 4);
        Assert.Equal(0, ConnectionPolicy.Cost(in slow, new PathLimits(1000, 1e6)));
        Assert.Equal(0.9, ConnectionPolicy.Cost(in slow, new PathLimits(1000, 10e6)), 6);
    }

    [Fact]
    public void The_least_round_trip_and_the_highest_rate_follow_a_change_of_route()
    {
        var limits = new PathLimits(1000, 1e9);
        for (var i = 0; i < 2000; i++)
            limits = ConnectionPolicy.Widen(in limits, new ConnectionOutcome(60_000, 50_000, 1e6));
        Assert.Equal(new PathLimits(50_000, 1e6), limits);
        Assert.Equal(new PathLimits(1000, 2e9), ConnectionPolicy.Widen(in limits, new ConnectionOutcome(2000, 1000, 2e9)));
        Assert.Equal(new PathLimits(20, 5), ConnectionPolicy.Widen(default, new ConnectionOutcome(30, 20, 5)));
    }

    [Fact]
    public void What_was_hardly_tried_comes_first_and_then_the_cheapest()
    {
        var limits = new PathLimits(1000, 1e6);
        Estimate[] estimates = [new(1900, 1e6, 5), new(1100, 1e6, 1), new(1000, 0.5e6, 2), default];
        Assert.Equal(1, ConnectionPolicy.Best(0b0111, estimates, in limits));
        Assert.Equal(3, ConnectionPolicy.Best(0b1101, estimates, in limits));
        Assert.Equal(2, ConnectionPolicy.Best(0b0101, estimates, in limits));
        Assert.Equal(0, ConnectionPolicy.Best(0b0001, estimates, in limits));
        Assert.Equal(ConnectionPolicy.None, ConnectionPolicy.Best(0, estimates, in limits));
        Assert.False(ConnectionPolicy.IsSettled(0b0111, estimates));
        Assert.True(ConnectionPolicy.IsSettled(0b0101, estimates));
        Assert.False(ConnectionPolicy.IsSettled(0, estimates));
        Assert.Equal(ConnectionPolicy.None, ConnectionPolicy.Cheapest(0b1000, estimates, in limits));
    }

    [Fact]
    public void Of_equally_cheap_ones_the_first_stays() =>
        Assert.Equal(0, ConnectionPolicy.Best(0b11, [new Estimate(2, 2, 9), new Estimate(2, 2, 9)], new PathLimits(1, 4)));

    [Theory]
    [InlineData("reno cubic", "reno bbr cubic", "bbr", "reno bbr cubic")]
    [InlineData("reno", "bbr reno cubic", "cubic", "reno cubic")]
    [InlineData("reno bbr", "reno bbr cubic", "bbr", null)]
    [InlineData("reno", "reno cubic", "bbr", null)]
    [InlineData("", "reno", "reno", "reno")]
    [InlineData("reno", "", "bbr", null)]
    public void An_algorithm_is_allowed_in_the_kernels_own_order(string allowed, string available, string name, string? expected) =>
        Assert.Equal(expected, ConnectionPolicy.Allow(allowed, available, name));
}
