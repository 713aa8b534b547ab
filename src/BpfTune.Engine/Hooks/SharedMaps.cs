using BpfTune.LibBpf;

namespace BpfTune.Engine.Hooks;

/// <summary>The engine's maps that every tuner's programs use in place of their own: bpf/include/bpftune/events.h.</summary>
/// <param name="Ring">All events.</param>
/// <param name="Rate">When each kind of event may be sent again, by namespace of the machine's own.</param>
/// <param name="Share">The same for tenants' namespaces, by owner: each has so many entries and no more.</param>
/// <param name="Lost">Events that did not fit into the ring, by CPU.</param>
public sealed record SharedMaps(BpfMap Ring, BpfMap Rate, BpfMap Share, BpfMap Lost)
{
    /// <summary>Their names in the objects.</summary>
    public const string RingName = "bpftune_ring", RateName = "bpftune_rate", ShareName = "bpftune_share", LostName = "bpftune_lost";

    /// <summary>The variable in an object that holds the number its events carry.</summary>
    public const string TunerIdName = "bpftune_tuner_id";

    internal IEnumerable<(string Name, BpfMap Map)> All => [(RingName, Ring), (RateName, Rate), (ShareName, Share), (LostName, Lost)];
}
