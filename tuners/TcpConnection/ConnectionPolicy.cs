using BpfTune.Sdk;

namespace BpfTune.Tuners.TcpConnection;

/// <summary>
/// How costs are reckoned and algorithms compared: a bandit that mostly takes what was cheapest, and tries something
/// else now and then.
/// </summary>
internal static class ConnectionPolicy
{
    /// <summary>Connections to a remote before anything is chosen for it.</summary>
    public const int LeastConnections = 4;

    /// <summary>Connections that an algorithm gets before it is judged: one may have had bad luck.</summary>
    public const int Trials = 2;

    /// <summary>Of 65536 connections so many take any candidate: 5 %.</summary>
    public const ushort Explore = 3277;

    /// <summary>No choice, in terms of <see cref="Best"/>.</summary>
    public const int None = -1;

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

    /// <summary>The candidate to use: one that was hardly tried first, then the cheapest. The lower number wins a tie.</summary>
    /// <param name="candidates">A bit for each algorithm.</param>
    /// <param name="estimates">By algorithm.</param>
    /// <param name="limits">What the path can do.</param>
    public static int Best(uint candidates, ReadOnlySpan<Estimate> estimates, in PathLimits limits)
    {
        for (var i = 0; i < estimates.Length; i++)
        {
            if ((candidates >> i & 1) != 0 && estimates[i].Samples < Trials)
                return i;
        }

        return Cheapest(candidates, estimates, in limits);
    }

    /// <summary>The candidate of the lowest cost among those that were tried.</summary>
    public static int Cheapest(uint candidates, ReadOnlySpan<Estimate> estimates, in PathLimits limits)
    {
        var best = None;
        var least = double.MaxValue;
        for (var i = 0; i < estimates.Length; i++)
        {
            if ((candidates >> i & 1) != 0 && estimates[i].Samples > 0 && Cost(in estimates[i], in limits) is var cost && cost < least)
                (best, least) = (i, cost);
        }

        return best;
    }

    /// <summary>Whether every candidate was tried often enough to be judged.</summary>
    public static bool IsSettled(uint candidates, ReadOnlySpan<Estimate> estimates)
    {
        for (var i = 0; i < estimates.Length; i++)
        {
            if ((candidates >> i & 1) != 0 && estimates[i].Samples < Trials)
                return false;
        }

        return candidates != 0;
    }

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
