using BpfTune.Sdk;

namespace BpfTune.Tuners.TcpBuffer;

/// <summary>
/// How the maximum of tcp_rmem or tcp_wmem moves. It doubles while a socket presses on it and memory is ample, because
/// the kernel doubles a socket's buffer each round trip and a connection's window scale is fixed at its first SYN; it
/// stops where a larger buffer could not carry more.
/// </summary>
internal static class BufferPolicy
{
    /// <summary>The share of TCP's memory that one socket may take: an eighth.</summary>
    private const int MemoryShare = 8;

    /// <summary>
    /// The buffer that holds twice the bandwidth-delay product of what was seen, in bytes of truesize. The window is
    /// scaled to the least round trip, so that a queue on the way does not count as bandwidth-delay product.
    /// </summary>
    public static long BandwidthDelayCeiling(in BufferFacts facts)
    {
        var window = (Int128)facts.Window;
        if (facts.MinRttMicroseconds is > 0 and not uint.MaxValue && facts.RttMicroseconds > facts.MinRttMicroseconds)
            window = window * facts.MinRttMicroseconds / facts.RttMicroseconds;
        return Saturate(2 * window * facts.Overhead / 256);
    }

    /// <summary>The smaller of INT_MAX and an eighth of TCP's memory maximum, in bytes.</summary>
    public static long MemoryCeiling(long memoryMaximumPages, long pageSize) =>
        Math.Min(int.MaxValue, Saturate((Int128)memoryMaximumPages * pageSize / MemoryShare));

    /// <summary>Whether TCP as a whole has room for larger buffers: below the pressure mark by a step at least.</summary>
    public static bool IsMemoryAmple(in BufferFacts facts, LearningRate rate) =>
        !rate.IsNear(facts.Allocated, facts.MemoryPressure);

    /// <summary>
    /// The next maximum: twice the present one while that stays under both ceilings, a step of the learning rate near
    /// the memory ceiling, the present one when a ceiling is reached.
    /// </summary>
    public static long Raise(long maximum, long bandwidthDelayCeiling, long memoryCeiling, LearningRate rate)
    {
        var ceiling = Math.Min(bandwidthDelayCeiling, memoryCeiling);
        if (maximum >= ceiling)
            return maximum;
        var doubled = maximum > long.MaxValue / 2 ? long.MaxValue : Math.Max(maximum * 2, 1);
        var wanted = doubled <= memoryCeiling ? doubled : rate.Raise(maximum);
        return Math.Min(wanted, ceiling);
    }

    /// <summary>One step down; never below the default member, nor below what the path needs.</summary>
    public static long Lower(long maximum, long defaultMember, long bandwidthDelayCeiling, LearningRate rate) =>
        Math.Min(maximum, Math.Max(rate.Lower(maximum), Math.Max(defaultMember, bandwidthDelayCeiling)));

    private static long Saturate(Int128 value) => value > long.MaxValue ? long.MaxValue : (long)value;
}
