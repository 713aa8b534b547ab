using BpfTune.Sdk;

namespace BpfTune.Tuners.UdpBuffer;

/// <summary>How rmem_default and rmem_max move when a socket's receive buffer overflows. All in bytes.</summary>
internal static class BufferPolicy
{
    /// <summary>
    /// rmem_max: twice that holds 40 ms at 25 Gbit/s. A program that wants more asks with SO_RCVBUFFORCE, or the
    /// administrator sets it.
    /// </summary>
    public const long MostMaximum = 64 << 20;

    /// <summary>rmem_default: every socket of every program has it, whether it was made for speed or not.</summary>
    public const long MostDefault = 8 << 20;

    /// <summary>
    /// The limit after an overflow; the same limit when it is not what the buffer is bound by, or when the ceiling is
    /// reached.
    /// </summary>
    /// <param name="limit">rmem_max for a locked buffer, else rmem_default.</param>
    /// <param name="buffer">sk_rcvbuf.</param>
    /// <param name="isLocked">Whether the program set it with SO_RCVBUF.</param>
    /// <param name="ceiling">See <see cref="Ceiling"/>.</param>
    /// <param name="rate">The step, and what counts as near.</param>
    public static long Raise(long limit, long buffer, bool isLocked, long ceiling, LearningRate rate) =>
        IsBound(limit, buffer, isLocked, rate) && limit < ceiling ? Math.Min(rate.Raise(limit), ceiling) : limit;

    /// <summary>Whether a buffer is as large as it is because of the limit. A program's wish is doubled after it was cut to rmem_max.</summary>
    public static bool IsBound(long limit, long buffer, bool isLocked, LearningRate rate) =>
        rate.IsNear(isLocked ? buffer / 2 : buffer, limit);

    /// <summary>
    /// The largest limit: no single socket may take more than an eighth of UDP's memory or of what is available, and there
    /// is an end to it however much that is.
    /// </summary>
    /// <param name="memoryMaximum">udp_mem's third member, pages.</param>
    /// <param name="availablePages">See <see cref="BufferMemory"/>.</param>
    /// <param name="pageSize">Bytes in a page.</param>
    /// <param name="isLocked">For rmem_max: a buffer is twice that.</param>
    public static long Ceiling(long memoryMaximum, long availablePages, long pageSize, bool isLocked)
    {
        var pages = Math.Min(memoryMaximum, availablePages);
        if (pages <= 0)
            return 0;
        var share = pages > long.MaxValue / pageSize ? long.MaxValue : pages * pageSize;
        return Math.Min(isLocked ? MostMaximum : MostDefault, share / (isLocked ? 16 : 8));
    }

    /// <summary>Whether UDP as a whole has room: larger buffers only bring forward the moment when it has none.</summary>
    public static bool IsMemoryAmple(long allocated, long pressure, LearningRate rate) => !rate.IsNear(allocated, pressure);
}
