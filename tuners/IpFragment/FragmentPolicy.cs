using BpfTune.Sdk;

namespace BpfTune.Tuners.IpFragment;

/// <summary>How ipfrag_high_thresh and ip6frag_high_thresh move. Bytes.</summary>
internal static class FragmentPolicy
{
    /// <summary>
    /// What the largest datagram takes while it waits: 64 KiB, and in truesize twice that. With less nothing large is ever
    /// completed, whoever sends it: that is too small, and no sign of a flood.
    /// </summary>
    public const long OneDatagram = 2 * 65_536;

    /// <summary>The kernel's own ipfrag_time, seconds (net/ipv4/ip_fragment.c).</summary>
    private const long DefaultTime = 30;

    /// <summary>Nobody waits longer for a judgement, seconds.</summary>
    private const long LongestTime = 120;

    /// <summary>A datagram has at most about so many fragments: 64 KiB over an MTU of 1280.</summary>
    private const long MostFragments = 64;

    /// <summary>The decision for an event.</summary>
    /// <param name="memory">What unfinished datagrams hold.</param>
    /// <param name="threshold">At which fragments are refused.</param>
    /// <param name="interval">Counted in the last minute or two.</param>
    /// <param name="rate">What counts as near.</param>
    public static FragmentDecision Decide(long memory, long threshold, FragmentCounters interval, LearningRate rate)
    {
        // An administrator's 0 wants no datagrams put together at all.
        if (threshold <= 0 || !rate.IsNear(memory, threshold))
            return FragmentDecision.Wait;
        if (threshold < OneDatagram)
            return FragmentDecision.Raise;
        // Those refused say nothing of a flood: where memory is short most are, whoever sends them.
        var accepted = Math.Max(0, interval.Fragments - interval.Failed);
        return interval.Completed <= 0 || interval.Completed < accepted / MostFragments
            ? FragmentDecision.Starve
            : FragmentDecision.Raise;
    }

    /// <summary>The next threshold: a step, or at once what one datagram takes; the present one at the ceiling.</summary>
    public static long Raise(long threshold, long ceiling, LearningRate rate) => threshold < OneDatagram
        ? Math.Max(threshold, Math.Min(OneDatagram, ceiling))
        : rate.Raise(threshold, ceiling);

    /// <summary>
    /// How long it takes until a raise shows. Memory that is full empties when what waits is given up, so what is completed
    /// comes and goes with that time.
    /// </summary>
    /// <param name="seconds">ipfrag_time; null when it cannot be read.</param>
    public static TimeSpan Cycle(long? seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds ?? DefaultTime, 1, LongestTime));

    /// <summary>
    /// The largest threshold: each namespace and family may have 1/128 of the memory available, at most 2 GiB, and all of
    /// them together 1/16.
    /// </summary>
    /// <param name="availablePages">See <see cref="BufferMemory"/>; 0 when there is none to give.</param>
    /// <param name="pageSize">Bytes in a page.</param>
    /// <param name="others">What the others may fill, where memory has run short before, in bytes.</param>
    public static long Ceiling(long availablePages, long pageSize, long others) => availablePages <= 0
        ? 0
        : Math.Max(0, Math.Min(Math.Min(int.MaxValue, availablePages / 128 * pageSize), (availablePages / 16 * pageSize) - others));
}
