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

    private const int Cubic = 0;
    private const int Bbr = 1;
    private const int Htcp = 2;
    private const int Dctcp = 3;
    private const byte None = ConnectionPolicy.NoAlgorithm;

    /// <summary>A path of 50 ms and 125 MB/s, where cubic is the default and bbr takes no loss for congestion.</summary>
    private static readonly RemoteFacts Facts = new(8, false, false, Cubic, 0b0111, 0, 0b0010, 0, new PathLimits(50_000, 125e6));

    private static Estimate Rate(double rate, int samples = 4, double rtt = 50_000) => new(rtt, rate, samples);

    [Fact]
    public void Where_the_default_does_well_nothing_is_chosen_and_nothing_tried()
    {
        // A queue of one round trip is what a loss-based algorithm makes.
        var choice = ConnectionPolicy.Choose(in Facts, [Rate(125e6, rtt: 100_000), default, default, default]);
        Assert.Equal((None, None, 0, 0, 0), (choice.best, choice.best_ecn, choice.trial, choice.trial_ecn, choice.explore));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 0)]
    [InlineData(4, 0b0010)]
    public void Where_it_does_badly_others_are_tried_after_four_connections(int connections, int trial)
    {
        var choice = ConnectionPolicy.Choose(Facts with { Connections = connections }, [Rate(125e6, connections, rtt: 160_000), default, default, default]);
        Assert.Equal((None, trial), (choice.best, choice.trial));
        Assert.Equal(trial == 0 ? 0 : ConnectionPolicy.Always, choice.explore);
        // A trial that gives less than half of what the default is known to give is moved back.
        Assert.Equal(connections == 0 ? 0u : 62_500, choice.enough_trial);
    }

    [Fact]
    public void After_two_trials_each_the_cheapest_is_taken_and_one_in_twenty_tries_another()
    {
        var half = ConnectionPolicy.Choose(in Facts, [Rate(125e6, rtt: 160_000), Rate(120e6, 2, 55_000), Rate(125e6, 1, 155_000), default]);
        Assert.Equal((Bbr, 1 << Htcp, ConnectionPolicy.Always), (half.best, half.trial, half.explore));
        var all = ConnectionPolicy.Choose(in Facts, [Rate(125e6, rtt: 160_000), Rate(120e6, 2, 55_000), Rate(125e6, 2, 155_000), default]);
        Assert.Equal((Bbr, 0b0101, ConnectionPolicy.Explore), (all.best, all.trial, all.explore));
        Assert.Equal((62_500u, 60_000u), (all.enough, all.enough_trial));
    }

    [Fact]
    public void One_that_is_hardly_cheaper_than_the_default_does_not_take_over()
    {
        var choice = ConnectionPolicy.Choose(in Facts, [Rate(125e6, rtt: 160_000), Rate(125e6, 2, 140_000), Rate(125e6, 2, 165_000), default]);
        Assert.Equal((None, 0b0110), (choice.best, choice.trial));
    }

    [Fact]
    public void A_path_that_loses_by_itself_gets_what_tolerates_loss_at_once_and_no_trials()
    {
        var choice = ConnectionPolicy.Choose(Facts with { IsLossy = true, Connections = 1 }, new Estimate[4]);
        Assert.Equal((Bbr, Bbr, 0, 0, 0, 0u), (choice.best, choice.best_ecn, choice.trial, choice.explore, choice.stay, choice.enough));
        choice = ConnectionPolicy.Choose(Facts with { IsLossy = true, EcnCandidates = 0b1000 }, [Rate(0.6e6, 1), Rate(120e6, 9, 110_000), default, default]);
        Assert.Equal((Bbr, Bbr, 0, 0, 0, 300u), (choice.best, choice.best_ecn, choice.trial | choice.trial_ecn, choice.explore, choice.stay, choice.enough));
    }

    [Fact]
    public void Where_what_tolerates_loss_is_the_default_it_stays_and_nothing_is_tried()
    {
        var choice = ConnectionPolicy.Choose(Facts with { IsLossy = true, Default = Bbr, Candidates = 0b0011 }, [default, Rate(120e6, 9, 140_000), default, default]);
        Assert.Equal((None, None, 0, 0), (choice.best, choice.best_ecn, choice.trial, choice.explore));
        // A connection that gets less than half made a bad start.
        Assert.Equal(60_000u, choice.again);
        Assert.Equal(0u, ConnectionPolicy.Choose(Facts with { Default = Bbr }, [default, Rate(120e6, 9), default, default]).again);
    }

    [Fact]
    public void On_a_lossy_path_what_was_measured_to_carry_more_wins_all_the_same()
    {
        Assert.Equal(None, ConnectionPolicy.Choose(Facts with { IsLossy = true }, [Rate(9e6, 2), Rate(8e6, 2), default, default]).best);
        // Not by one connection.
        Assert.Equal(Bbr, ConnectionPolicy.Choose(Facts with { IsLossy = true }, [Rate(9e6, 2), Rate(8e6, 1), default, default]).best);
    }

    [Fact]
    public void What_went_badly_is_not_chosen_and_nothing_is_tried_meanwhile()
    {
        var lossy = ConnectionPolicy.Choose(Facts with { IsLossy = true, IsResting = true, Bad = 0b0010 }, [Rate(9e6), default, default, default]);
        Assert.Equal((None, 0, 1), (lossy.best, lossy.trial, lossy.stay));
        var queue = ConnectionPolicy.Choose(Facts with { IsResting = true, Bad = 0b0010 }, [Rate(125e6, rtt: 160_000), Rate(120e6, 2, 55_000), default, default]);
        Assert.Equal((None, 0, 0), (queue.best, queue.trial, queue.explore));
    }

    [Fact]
    public void What_is_for_ecn_is_tried_only_there()
    {
        var facts = Facts with { EcnCandidates = 0b1000, Candidates = 0b0011 };
        var choice = ConnectionPolicy.Choose(in facts, [Rate(125e6, rtt: 160_000), Rate(120e6, 2, 55_000), default, default]);
        Assert.Equal((Bbr, 0, Bbr, 1 << Dctcp), (choice.best, choice.trial, choice.best_ecn, choice.trial_ecn));
        choice = ConnectionPolicy.Choose(in facts, [Rate(125e6, rtt: 160_000), Rate(120e6, 2, 55_000), default, Rate(125e6, 2)]);
        Assert.Equal((Bbr, Dctcp), (choice.best, choice.best_ecn));
    }

    [Theory]
    [InlineData(1000, 10, 3, 0, 10, true)] // 1 %
    [InlineData(1000, 10, 2, 0, 10, false)] // twice is a coincidence
    [InlineData(1000, 10, 3, 4, 10, false)] // a queue came before most of them
    [InlineData(20480, 11, 3, 3, 11, true)]
    [InlineData(20480, 500, 3, 0, 10, false)] // one in 2,048 or fewer: 500 at the end of slow start count as one
    public void Loss_without_a_queue_makes_a_path_lossy(uint segments, uint lost, uint clean, uint queued, uint cleanSegments, bool lossy)
    {
        var loss = default(PathLoss).With(
            new TcpConnBpf.conn_event { segments = segments, retransmits = lost, clean = clean, queued = queued, clean_segments = cleanSegments },
            LearningRate.Default);
        Assert.Equal(lossy, loss.IsLossy(false));
        Assert.Equal(lost / (double)segments, loss.LostShare, 9);
    }

    [Fact]
    public void It_stays_lossy_until_hardly_anything_is_lost()
    {
        var loss = default(PathLoss).With(new TcpConnBpf.conn_event { segments = 1000, retransmits = 10, clean = 5, clean_segments = 10 }, LearningRate.Default);
        // bbr's own queue comes before all losses: that says nothing of the path.
        loss = loss.With(new TcpConnBpf.conn_event { segments = 100_000, retransmits = 1000, queued = 40 }, LearningRate.Default);
        Assert.True(loss.IsLossy(true));
        var healthy = 0;
        for (; loss.IsLossy(true); healthy++)
            loss = loss.With(new TcpConnBpf.conn_event { segments = 100_000 }, LearningRate.Default);
        Assert.InRange(healthy, 5, 15);
        Assert.False(loss.IsLossy(false));
    }

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
