using BpfTune.LibBpf;
using BpfTune.Sdk;
using static BpfTune.Engine.EngineBpf;

namespace BpfTune.Engine.Running;

/// <summary>
/// The kernel-side rate limits of bpf/include/bpftune/events.h: a table for the machine's own namespaces, and one in
/// which each tenant has its slots.
/// </summary>
internal sealed class RateLimits(BpfMap rate, BpfMap share, TimeProvider time)
{
    /// <summary>Slots of one tenant (BPFTUNE_SLOTS).</summary>
    internal const uint Slots = 64;

    private readonly BpfMap<bpftune_rate_key, bpftune_rate> _rates = new(rate);
    private readonly BpfMap<bpftune_share_key, bpftune_share> _shares = new(share);

    /// <summary>Holds one kind of a tuner's events from a namespace back for a while.</summary>
    /// <param name="where">The namespace.</param>
    /// <param name="tuner">The tuner's number.</param>
    /// <param name="kind">Its number for the events.</param>
    /// <param name="concerns">With <see cref="TunableScope.Machine"/> all namespaces of a tenant share one limit.</param>
    /// <param name="duration">For how long.</param>
    public void Mute(NetworkNamespace where, ushort tuner, ushort kind, TunableScope concerns, TimeSpan duration)
    {
        var now = Nanoseconds(TimeSpan.Zero);
        var until = Nanoseconds(duration);
        var (key, cookie) = Key(where, tuner, kind, concerns);
        if (!where.IsTenant)
        {
            var held = _rates.TryGetValue(key, out var entry) && IsSame(entry.netns_cookie, cookie) ? entry.suppressed : 0;
            _rates.Set(key, new bpftune_rate { next_ns = until, netns_cookie = cookie, suppressed = held });
            return;
        }

        // Its own slot if it has one, else a free one; else the first: then something else of that tenant goes on.
        var slot = Slot(key);
        var suppressed = 0u;
        foreach (var candidate in (ReadOnlySpan<uint>)[slot, slot ^ 1])
        {
            var isTaken = _shares.TryGetValue(At(where, candidate), out var entry);
            if (isTaken && IsOf(entry, key, cookie))
            {
                slot = candidate;
                suppressed = entry.rate.suppressed;
                break;
            }

            if (!isTaken || entry.rate.next_ns <= now)
                slot = candidate;
        }

        _shares.Set(At(where, slot), new bpftune_share
        {
            key = key,
            rate = new bpftune_rate { next_ns = until, netns_cookie = cookie, suppressed = suppressed },
        });
    }

    /// <summary>Lets them through again: an administrator wants it so, or the namespace is gone and its inode free.</summary>
    public void Unmute(NetworkNamespace where, ushort tuner, IEnumerable<EventBinding> events)
    {
        foreach (var one in events)
            Unmute(where, tuner, one.Kind, one.Concerns);
    }

    /// <summary>The same for one kind.</summary>
    public void Unmute(NetworkNamespace where, ushort tuner, ushort kind, TunableScope concerns)
    {
        var (key, cookie) = Key(where, tuner, kind, concerns);
        if (!where.IsTenant)
        {
            _rates.Remove(key);
            return;
        }

        foreach (var slot in (ReadOnlySpan<uint>)[Slot(key), Slot(key) ^ 1])
        {
            if (_shares.TryGetValue(At(where, slot), out var entry) && IsOf(entry, key, cookie))
                _shares.Remove(At(where, slot));
        }
    }

    /// <summary>bpftune_slot().</summary>
    internal static uint Slot(uint inode, ushort tuner, ushort kind) =>
        unchecked((inode * 2654435761u) ^ (((uint)tuner << 16 | kind) * 2246822519u)) >> 26;

    private static uint Slot(in bpftune_rate_key key) => Slot(key.netns_inode, key.tuner, key.kind);

    private static (bpftune_rate_key Key, ulong Cookie) Key(NetworkNamespace where, ushort tuner, ushort kind, TunableScope concerns) =>
        where.IsTenant && concerns == TunableScope.Machine
            ? (new bpftune_rate_key { tuner = tuner, kind = kind }, 0)
            : (new bpftune_rate_key { netns_inode = where.Id.Inode, tuner = tuner, kind = kind }, where.Id.Cookie);

    private static bpftune_share_key At(NetworkNamespace where, uint slot) => new() { owner = where.Owner.Key, slot = slot };

    private static bool IsOf(in bpftune_share entry, in bpftune_rate_key key, ulong cookie) =>
        entry.key.netns_inode == key.netns_inode && entry.key.tuner == key.tuner && entry.key.kind == key.kind
        && IsSame(entry.rate.netns_cookie, cookie);

    /// <summary>bpftune_same().</summary>
    private static bool IsSame(ulong one, ulong other) => one == 0 || other == 0 || one == other;

    /// <summary>The same clock as bpf_ktime_get_ns(): CLOCK_MONOTONIC.</summary>
    private ulong Nanoseconds(TimeSpan fromNow) => (ulong)((time.GetElapsedTime(0) + fromNow).Ticks * TimeSpan.NanosecondsPerTick);
}
