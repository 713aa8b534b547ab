using BpfTune.Engine.Tuning;
using BpfTune.Sdk;

namespace BpfTune.Engine.Words;

/// <summary>
/// What the kernel is known to hold: what we wrote, or what was found when a tunable was first seen in a namespace. All
/// that differs from it is somebody else's doing, whether anything told of it or not.
/// </summary>
internal sealed class KnownValues(Journal journal, TimeProvider time)
{
    private readonly Dictionary<NamespaceId, Dictionary<string, KnownValue>> _known = [];

    /// <summary>Namespaces of which anything is known.</summary>
    internal int Namespaces => _known.Count;

    /// <summary>What is known; null before the tunable was first seen there.</summary>
    internal KnownValue? Find(NamespaceId place, string tunable) =>
        _known.TryGetValue(place, out var values) && values.TryGetValue(tunable, out var value) ? value : null;

    /// <summary>
    /// Whether a value found is the one known. The first one found counts as known, unless the journal says that another
    /// was left there: then somebody has set it while no daemon ran.
    /// </summary>
    internal bool IsExpected(Tunable tunable, NamespaceId place, TunableValue found)
    {
        if (Find(place, tunable.Name) is { } known)
        {
            if (found.Equals(known.Value))
                return true;
            if (!tunable.GrowsByItself || !HasAllOf(found, known.Value))
                return false;
        }
        else if (journal.State.Find(place, tunable.Name) is { } trail && !Left(tunable, trail, found))
        {
            return false;
        }

        Accept(place, tunable.Name, found);
        return true;
    }

    /// <summary>From now on this is the value known: ours, or one that we go on from.</summary>
    internal void Accept(NamespaceId place, string tunable, TunableValue value) => Set(place, tunable, new KnownValue(value));

    /// <summary>Takes note of a write of ours.</summary>
    /// <returns>What came of it: the value read back, unless that must be somebody else's.</returns>
    internal TunableValue Wrote(NamespaceId place, string tunable, TunableUpdate update)
    {
        // What lies beyond both is no rounding of the kernel's: somebody wrote between our write and the look after it.
        var value = update.Wanted is { } wanted && !IsRounding(update.Before, wanted, update.After) ? wanted : update.After;
        Set(place, tunable, new KnownValue(value, update.Before, Nanoseconds(time)));
        return value;
    }

    internal void Forget(NamespaceId place) => _known.Remove(place);

    /// <summary>What bpf_ktime_get_ns() would say now: both are CLOCK_MONOTONIC.</summary>
    internal static ulong Nanoseconds(TimeProvider time) =>
        (ulong)(time.GetElapsedTime(0).Ticks * TimeSpan.NanosecondsPerTick);

    /// <summary>
    /// Whether an earlier daemon may have left this value. One that was killed may or may not have made the write that it
    /// had announced.
    /// </summary>
    private static bool Left(Tunable tunable, TunableTrail trail, TunableValue found)
    {
        if (trail.IsOurs(found.Text) || (trail.Pending is { } pending && found.Text == pending.Old))
            return true;
        return tunable.GrowsByItself && trail.Last is { } last && HasAllOf(found, TunableValue.Parse(last));
    }

    private static bool HasAllOf(TunableValue found, TunableValue known) =>
        known.Text.Split(' ').All(found.Text.Split(' ').Contains);

    private static bool IsRounding(TunableValue before, TunableValue wanted, TunableValue after)
    {
        var (low, high, now) = (before.Numbers, wanted.Numbers, after.Numbers);
        if (now.IsEmpty || low.Length != now.Length || high.Length != now.Length)
            return true;
        for (var i = 0; i < now.Length; i++)
        {
            if (now[i] < Math.Min(low[i], high[i]) || now[i] > Math.Max(low[i], high[i]))
                return false;
        }

        return true;
    }

    private void Set(NamespaceId place, string tunable, in KnownValue value)
    {
        if (!_known.TryGetValue(place, out var values))
            _known[place] = values = [];
        values[tunable] = value;
    }
}
