using BpfTune.LibBpf;
using BpfTune.Sdk;
using static BpfTune.Engine.EngineBpf;

namespace BpfTune.Engine.Running;

/// <summary>The kernel-side rate limits: bpf/include/bpftune/events.h.</summary>
internal sealed class RateLimits(BpfMap map, TimeProvider time)
{
    private readonly BpfMap<bpftune_rate_key, bpftune_rate> _map = new(map);

    /// <summary>Holds one kind of a tuner's events from a namespace back for a while.</summary>
    public void Mute(NamespaceId id, ushort tuner, ushort kind, TimeSpan duration)
    {
        var key = Key(id, tuner, kind);
        _map.TryGetValue(key, out var rate);
        // The same clock as bpf_ktime_get_ns(): CLOCK_MONOTONIC.
        rate.next_ns = (ulong)((time.GetElapsedTime(0) + duration).Ticks * TimeSpan.NanosecondsPerTick);
        _map.Set(key, rate);
    }

    /// <summary>Lets them through again.</summary>
    public void Unmute(NamespaceId id, ushort tuner, IEnumerable<ushort> kinds)
    {
        foreach (var kind in kinds)
            _map.Remove(Key(id, tuner, kind));
    }

    private static bpftune_rate_key Key(NamespaceId id, ushort tuner, ushort kind) =>
        new() { netns_inode = id.Inode, tuner = tuner, kind = kind };
}
