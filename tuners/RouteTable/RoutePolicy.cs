using BpfTune.Sdk;

namespace BpfTune.Tuners.RouteTable;

/// <summary>How net.ipv6.route.max_size moves when a namespace's route cache fills up.</summary>
internal static class RoutePolicy
{
    /// <summary>The kernel's own limit before 6.3 (net/ipv6/route.c); room for it is always there.</summary>
    public const long Default = 4096;

    /// <summary>No cache is allowed more, however much memory there is: 2^20 routes.</summary>
    public const long MostEntries = 1 << 20;

    /// <summary>What a cached route takes, in bytes: rt6_info, its exception and its part for each processor, rounded up.</summary>
    public const long EntrySize = 512;

    /// <summary>A full cache takes at most this share of the memory available: a remote peer can fill it (packets that are too big).</summary>
    private const long MemoryShare = 64;

    /// <summary>How far max_size may be raised.</summary>
    /// <param name="availablePages">See <see cref="BufferMemory"/>; 0 when unknown, then only the default is safe.</param>
    /// <param name="pageSize">In bytes.</param>
    public static long Ceiling(long availablePages, int pageSize)
    {
        var affordable = BufferMemory.Entries(availablePages, pageSize, MemoryShare, EntrySize);
        return Math.Clamp(affordable, Default, MostEntries);
    }
}
