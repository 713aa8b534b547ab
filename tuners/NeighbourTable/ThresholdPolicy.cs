using BpfTune.Sdk;

namespace BpfTune.Tuners.NeighbourTable;

/// <summary>How the three thresholds of a neighbour table move. A value has three members: gc_thresh1 to gc_thresh3.</summary>
internal static class ThresholdPolicy
{
    /// <summary>The member that limits the table.</summary>
    public const int Limit = 2;

    /// <summary>No table is allowed more, however much memory there is: 2^20 entries.</summary>
    public const long MostEntries = 1 << 20;

    /// <summary>Room for each address that can be a neighbour: an entry lingers for a while after its use.</summary>
    private const long EntriesPerAddress = 4;

    /// <summary>What an entry takes, in bytes, with its key, its device's part and its place in the hash table; rounded up.</summary>
    public const long EntrySize = 1024;

    /// <summary>A table full of entries takes at most this share of the memory available: one scan of a /64 must not take all.</summary>
    private const long MemoryShare = 64;

    /// <summary>The kernel's own thresholds (net/ipv4/arp.c, net/ipv6/ndisc.c).</summary>
    public static TunableValue Defaults { get; } = TunableValue.Of(128, 512, 1024);

    /// <summary>How far gc_thresh3 may be raised.</summary>
    /// <param name="addresses">What the prefixes of the devices allow that want neighbours.</param>
    /// <param name="availablePages">See <see cref="BufferMemory"/>; 0 when unknown, then only the default is safe.</param>
    /// <param name="pageSize">In bytes.</param>
    public static long Ceiling(long addresses, long availablePages, int pageSize)
    {
        var useful = Math.Min(Math.Max(0, addresses), MostEntries) * EntriesPerAddress;
        var affordable = BufferMemory.Entries(availablePages, pageSize, MemoryShare, EntrySize);
        return Math.Max(Defaults[Limit], Math.Min(Math.Min(useful, affordable), MostEntries));
    }

    /// <summary>
    /// The thresholds for a table with so many entries: unchanged when it has room, else as many steps up as it takes
    /// to have room, and twice as much at once when it is full: then neighbours are being refused.
    /// </summary>
    public static TunableValue Raise(TunableValue thresholds, long entries, long ceiling, LearningRate rate)
    {
        var limit = thresholds[Limit];
        var raised = rate.RaiseUntilRoom(limit, entries, ceiling);
        if (raised == limit)
            return thresholds;

        // The lower two keep their distance; what an administrator has put above the limit stays there.
        var first = InProportion(thresholds[0], raised, limit);
        var second = InProportion(thresholds[1], raised, limit);
        return TunableValue.Of(first, second, raised);
    }

    /// <summary>Whether so little of the table is used that its thresholds may come down.</summary>
    public static bool IsNearlyEmpty(long entries, TunableValue thresholds, LearningRate rate) =>
        entries <= thresholds[Limit] >> rate.Shift;

    /// <summary>The thresholds for a nearly empty table: each a step down, none below its floor.</summary>
    public static TunableValue Lower(TunableValue thresholds, TunableValue floor, LearningRate rate)
    {
        var lowered = thresholds;
        for (var member = 0; member <= Limit; member++)
            lowered = lowered.With(member, rate.Lower(thresholds[member], floor[member]));

        return lowered;
    }

    /// <summary>What is never lowered past: the kernel's defaults, and what was there before the tuner raised it.</summary>
    public static TunableValue Floor(TunableValue found) => TunableValue.Of(
        Math.Max(found[0], Defaults[0]), Math.Max(found[1], Defaults[1]), Math.Max(found[Limit], Defaults[Limit]));

    private static long InProportion(long value, long raised, long limit) =>
        value > limit ? value : Math.Min(value * raised / limit, raised);
}
