using BpfTune.Sdk;

namespace BpfTune.Tuners.IpFragment;

/// <summary>How ipfrag_high_thresh and ip6frag_high_thresh move. Bytes.</summary>
internal static class FragmentPolicy
{
    private const double Correlated = 0.75;

    /// <summary>A datagram has at most about so many fragments: 64 KiB over an MTU of 1280.</summary>
    private const long MostFragments = 64;

    /// <summary>The decision for an event.</summary>
    /// <param name="memory">What unfinished datagrams hold.</param>
    /// <param name="threshold">At which fragments are refused.</param>
    /// <param name="interval">Counted in the last minute or two.</param>
    /// <param name="history">The threshold against the share that failed, look by look.</param>
    /// <param name="rate">What counts as near.</param>
    public static FragmentDecision Decide(long memory, long threshold, FragmentCounters interval, Correlation history, LearningRate rate)
    {
        if (!rate.IsNear(memory, threshold))
            return FragmentDecision.Wait;
        if (history.IsAbove(Correlated))
            return FragmentDecision.Lower;
        // Those refused say nothing of a flood: where memory is short most are, whoever sends them.
        var accepted = Math.Max(0, interval.Fragments - interval.Failed);
        return interval.Completed <= 0 || interval.Completed < accepted / MostFragments
            ? FragmentDecision.Starve
            : FragmentDecision.Raise;
    }

    /// <summary>The largest threshold: each namespace and family may have 1/128 of the memory available, at most 2 GiB.</summary>
    public static long Ceiling(long availablePages, long pageSize) =>
        availablePages <= 0 ? 0 : Math.Min(int.MaxValue, availablePages / 128 * pageSize);
}
