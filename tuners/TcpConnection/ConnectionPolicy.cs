using BpfTune.Sdk;
using static BpfTune.Tuners.TcpConnection.TcpConnBpf;

namespace BpfTune.Tuners.TcpConnection;

/// <summary>
/// How an algorithm is chosen for a remote. What the path is decides first: one that loses by itself gets what takes no
/// loss for congestion, and nothing else is tried there. On any other the default stays while it does well; where it
/// does not, the others are tried, and then the cheapest is taken.
/// </summary>
internal static class ConnectionPolicy
{
    /// <summary>Connections to a remote before anything is tried for it: fewer may all have been bad luck.</summary>
    public const int LeastConnections = 4;

    /// <summary>Connections that an algorithm gets before it is judged: one may have had bad luck.</summary>
    public const int Trials = 2;

    /// <summary>Of 65536 connections so many try something once all is known: 5 %.</summary>
    public const ushort Explore = 3277;

    /// <summary>All of them, but for one in 65536.</summary>
    public const ushort Always = ushort.MaxValue;

    /// <summary>
    /// Up to that cost the default does well, and nothing is tried: a loss-based algorithm fills the queue, which is
    /// commonly made to hold what the path carries in a round trip (RFC 3439, 2.3 and Appel, McKeown: 'Sizing router
    /// buffers', 2004), and such a queue costs 1.
    /// </summary>
    public const double DoesWell = 1;

    /// <summary>An algorithm takes over only where it is cheaper by a quarter: connections of one kind differ by as much.</summary>
    public const double Better = 0.75;

    /// <summary>How long nothing is tried where a trial went badly.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromDays(1);

    /// <summary>Connections that did badly under what is preferred before it is no more: others on the path may slow one down.</summary>
    public const int BadChoices = 2;

    /// <summary>No algorithm.</summary>
    public const int None = -1;

    /// <summary>The same in the kernel's map: NO_ALGORITHM in bpf/tcp_conn.bpf.c.</summary>
    public const byte NoAlgorithm = 255;

    /// <summary>A connection a hundred times slower than the best is as bad as one can be.</summary>
    private const double WorstDelay = 100;

    /// <summary>The least round trip rises and the highest rate falls by this share per connection: routes change.</summary>
    private const double Fading = 1.0 / 256;

    /// <summary>
    /// (rtt - least rtt) / least rtt + (highest rate - rate) / highest rate: a queue in the way and bandwidth left
    /// unused both cost. From 0 (as good as was ever seen) to 101.
    /// </summary>
    public static double Cost(in Estimate estimate, in PathLimits limits)
    {
        var delay = limits.MinRtt > 0 ? Math.Clamp((estimate.Rtt - limits.MinRtt) / limits.MinRtt, 0, WorstDelay) : 0;
        var bandwidth = limits.MaxRate > 0 ? Math.Clamp((limits.MaxRate - estimate.Rate) / limits.MaxRate, 0, 1) : 0;
        return delay + bandwidth;
    }

    /// <summary>estimate + α (sample - estimate); α is the learning rate's share. The first sample is believed.</summary>
    public static Estimate Learn(in Estimate estimate, in ConnectionOutcome outcome, LearningRate rate) => estimate.Samples == 0
        ? new Estimate(outcome.Rtt, outcome.Rate, 1)
        : new Estimate(
            estimate.Rtt + (outcome.Rtt - estimate.Rtt) / (1 << rate.Shift),
            estimate.Rate + (outcome.Rate - estimate.Rate) / (1 << rate.Shift),
            estimate.Samples == int.MaxValue ? int.MaxValue : estimate.Samples + 1);

    /// <summary>The limits after another connection.</summary>
    public static PathLimits Widen(in PathLimits limits, in ConnectionOutcome outcome) => new(
        limits.MinRtt <= 0 ? outcome.MinRtt : Math.Min(outcome.MinRtt, limits.MinRtt * (1 + Fading)),
        Math.Max(outcome.Rate, limits.MaxRate * (1 - Fading)));

    /// <summary>What the kernel should do for the next connection to a remote.</summary>
    /// <param name="facts">What is known of it.</param>
    /// <param name="estimates">By algorithm.</param>
    public static conn_choice Choose(in RemoteFacts facts, ReadOnlySpan<Estimate> estimates)
    {
        var choice = new conn_choice { best = NoAlgorithm, best_ecn = NoAlgorithm };
        var usable = facts.Candidates & ~facts.Bad;
        if (facts.IsLossy)
        {
            choice.stay = (usable & facts.LossTolerant) == 0 && (facts.Bad & facts.LossTolerant) != 0 ? (byte)1 : (byte)0;
            choice.best = choice.best_ecn = Slot(BestOfLossy(in facts, usable, estimates));
            var used = choice.best == NoAlgorithm ? facts.Default : choice.best;
            if (used != None && (facts.LossTolerant >> used & 1) != 0)
                choice.again = Enough(used, estimates);
        }
        else if (facts.Connections >= LeastConnections && !DefaultDoesWell(in facts, estimates))
        {
            (choice.best, choice.trial) = Cheaper(in facts, usable, estimates);
            (choice.best_ecn, choice.trial_ecn) = facts.EcnCandidates == 0
                ? (choice.best, (ushort)0)
                : Cheaper(in facts, usable | (facts.EcnCandidates & ~facts.Bad), estimates);
            var (untried, untriedEcn) = (Untried(choice.trial, estimates) != None, Untried(choice.trial_ecn, estimates) != None);
            if (untried || untriedEcn)
            {
                // All connections of the one kind; those of the other have had their trials.
                choice.explore = Always;
                choice.trial = untried ? choice.trial : (ushort)0;
                choice.trial_ecn = untriedEcn ? choice.trial_ecn : (ushort)0;
            }
            else if (choice.trial != 0 || choice.trial_ecn != 0)
            {
                choice.explore = Explore;
            }
        }

        choice.enough = Enough(facts.Default, estimates);
        choice.enough_trial = Enough(choice.best == NoAlgorithm ? facts.Default : choice.best, estimates);
        return choice;
    }

    /// <summary>Whether nothing need be tried: see <see cref="DoesWell"/>.</summary>
    private static bool DefaultDoesWell(in RemoteFacts facts, ReadOnlySpan<Estimate> estimates) =>
        facts.Default == None || estimates[facts.Default].Samples == 0 || Cost(in estimates[facts.Default], facts.Limits) <= DoesWell;

    /// <summary>What takes no loss for congestion, unless the default does, or was measured to carry more all the same.</summary>
    private static int BestOfLossy(in RemoteFacts facts, uint usable, ReadOnlySpan<Estimate> estimates)
    {
        var best = None;
        for (var i = 0; i < estimates.Length; i++)
        {
            if ((usable & facts.LossTolerant & 1u << i) != 0 && (best == None || estimates[i].Rate > estimates[best].Rate))
                best = i;
        }

        if (best == None || facts.Default == None)
            return best;
        var other = estimates[facts.Default];
        return facts.Default == best
            || (estimates[best].Samples >= Trials && other.Samples >= Trials && other.Rate > estimates[best].Rate) ? None : best;
    }

    /// <summary>The cheapest, if it is better than the default, and what may be tried.</summary>
    private static (byte Best, ushort Trial) Cheaper(in RemoteFacts facts, uint usable, ReadOnlySpan<Estimate> estimates)
    {
        var best = Cheapest(usable, estimates, facts.Limits);
        if (best == facts.Default
            || (best != None && Cost(in estimates[best], facts.Limits) > Better * Cost(in estimates[facts.Default], facts.Limits)))
        {
            best = None;
        }

        var untried = Untried(usable, estimates);
        var trial = facts.IsResting ? 0 : untried == None ? usable & ~(1u << (best == None ? facts.Default : best)) : 1u << untried;
        return (Slot(best), (ushort)trial);
    }

    /// <summary>The first candidate that was hardly tried; <see cref="None"/> when all were.</summary>
    /// <param name="candidates">A bit for each algorithm.</param>
    /// <param name="estimates">By algorithm.</param>
    public static int Untried(uint candidates, ReadOnlySpan<Estimate> estimates)
    {
        for (var i = 0; i < estimates.Length; i++)
        {
            if ((candidates >> i & 1) != 0 && estimates[i].Samples < Trials)
                return i;
        }

        return None;
    }

    /// <summary>The candidate of the lowest cost among those that were tried often enough. The lower number wins a tie.</summary>
    public static int Cheapest(uint candidates, ReadOnlySpan<Estimate> estimates, in PathLimits limits)
    {
        var best = None;
        var least = double.MaxValue;
        for (var i = 0; i < estimates.Length; i++)
        {
            if ((candidates >> i & 1) != 0 && estimates[i].Samples >= Trials && Cost(in estimates[i], in limits) is var cost && cost < least)
                (best, least) = (i, cost);
        }

        return best;
    }

    /// <summary>Half of what an algorithm is known to give, in bytes per millisecond; 0 while nothing is known.</summary>
    private static uint Enough(int algorithm, ReadOnlySpan<Estimate> estimates) =>
        algorithm == None || estimates[algorithm].Samples == 0 ? 0 : (uint)Math.Clamp(estimates[algorithm].Rate / 2000, 1, uint.MaxValue);

    private static byte Slot(int algorithm) => algorithm == None ? NoAlgorithm : (byte)algorithm;

    /// <summary>
    /// The list of allowed algorithms with one more, in the kernel's own order, so that it reads back as written. Null
    /// when nothing needs to be done, or the kernel does not have the algorithm.
    /// </summary>
    public static string? Allow(string allowed, string available, string name)
    {
        var has = allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var can = available.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return has.Contains(name, StringComparer.Ordinal) || !can.Contains(name, StringComparer.Ordinal)
            ? null
            : string.Join(' ', can.Where(a => a == name || has.Contains(a, StringComparer.Ordinal)));
    }
}
