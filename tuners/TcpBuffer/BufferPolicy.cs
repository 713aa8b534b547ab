using BpfTune.Sdk;

namespace BpfTune.Tuners.TcpBuffer;

/// <summary>
/// How the maximum of tcp_rmem or tcp_wmem moves. While memory is ample it goes straight to what the path was seen to
/// need, because the kernel doubles a socket's buffer each round trip, and a connection's window scale is fixed at its
/// first SYN: late is too late. It stops where a larger buffer could not carry more.
/// </summary>
internal static class BufferPolicy
{
    /// <summary>The share of TCP's memory, and of the memory available, that one socket may take: an eighth.</summary>
    private const int MemoryShare = 8;

    /// <summary>How many times the bandwidth-delay product is left where larger buffers only add delay: the kernel needs twice what comes in a round trip.</summary>
    public const int LeanRoom = 2;

    /// <summary>A sixteenth more is not worth a change.</summary>
    private const int WorthAChange = 16;

    /// <summary>The buffer that holds the bandwidth-delay product of what was seen so many times, in bytes of truesize.</summary>
    /// <param name="facts">What was seen.</param>
    /// <param name="room">How many times; bpf/tcp_buffer.bpf.c says why a receiver needs more than a sender.</param>
    public static long BandwidthDelayCeiling(in BufferFacts facts, uint room) =>
        Saturate((Int128)room * facts.Window * facts.Overhead / 256);

    /// <summary>The smallest of INT_MAX, an eighth of TCP's memory maximum and an eighth of what is available, in bytes.</summary>
    public static long MemoryCeiling(long memoryMaximumPages, long availablePages, long pageSize) =>
        Math.Min(int.MaxValue, Saturate((Int128)Math.Min(memoryMaximumPages, availablePages) * pageSize / MemoryShare));

    /// <summary>Whether TCP as a whole has room for larger buffers: below the pressure mark by a step at least.</summary>
    public static bool IsMemoryAmple(in BufferFacts facts, LearningRate rate) =>
        !rate.IsNear(facts.Allocated, facts.MemoryPressure);

    /// <summary>
    /// The next maximum: what the path needs while that is at most half of the memory ceiling, a step of the learning
    /// rate towards it beyond, the present one when a ceiling is reached or as good as reached.
    /// </summary>
    public static long Raise(long maximum, long bandwidthDelayCeiling, long memoryCeiling, LearningRate rate)
    {
        var ceiling = Math.Min(bandwidthDelayCeiling, memoryCeiling);
        if (ceiling - maximum <= maximum / WorthAChange)
            return maximum;
        return ceiling <= memoryCeiling / 2 ? ceiling : Math.Min(Math.Max(rate.Raise(maximum), memoryCeiling / 2), ceiling);
    }

    /// <summary>One step down; never below the default member, nor below what the path needs.</summary>
    public static long Lower(long maximum, long defaultMember, long bandwidthDelayCeiling, LearningRate rate) =>
        rate.Lower(maximum, Math.Max(defaultMember, bandwidthDelayCeiling));

    /// <summary>
    /// The maximum when what was needed has faded: what is still needed, never less than what was there first. The
    /// present one while that is hardly less.
    /// </summary>
    public static long Recede(long maximum, long first, long needed)
    {
        var target = Math.Max(first, needed);
        return maximum - target <= maximum / WorthAChange ? maximum : target;
    }

    private static long Saturate(Int128 value) => value > long.MaxValue ? long.MaxValue : (long)value;
}
