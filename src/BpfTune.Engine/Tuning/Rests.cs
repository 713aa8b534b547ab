using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// Where raises were of no use and are not tried again for a while: ten minutes, twice as long each time, a day at the
/// most. The journal remembers it over a restart.
/// </summary>
internal sealed class Rests(Journal journal, TimeProvider time)
{
    internal static readonly TimeSpan Shortest = TimeSpan.FromMinutes(10);
    internal static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private readonly Dictionary<(NamespaceId Place, string Tunable), (long Since, TimeSpan Length, long Times)> _known = [];

    /// <summary>How long raises of it still rest there; zero when they do not.</summary>
    internal TimeSpan Left(NamespaceId place, string tunable)
    {
        if (Find(place, tunable) is not { } rest)
            return TimeSpan.Zero;
        var left = rest.Length - time.GetElapsedTime(rest.Since);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>A raise was taken back.</summary>
    /// <returns>How long it rests, and for the how manieth time in a row.</returns>
    internal (TimeSpan Length, long Times) Begin(NamespaceId place, string tunable)
    {
        var times = (Find(place, tunable)?.Times ?? 0) + 1;
        var length = LengthOf(times);
        _known[(place, tunable)] = (time.GetTimestamp(), length, times);
        return (length, times);
    }

    /// <summary>A raise helped: the next one that does not rests the shortest time again.</summary>
    internal void End(NamespaceId place, string tunable) => _known[(place, tunable)] = default;

    internal void Forget(NamespaceId place)
    {
        foreach (var key in _known.Keys.Where(key => key.Place == place).ToArray())
            _known.Remove(key);
    }

    private (long Since, TimeSpan Length, long Times)? Find(NamespaceId place, string tunable)
    {
        if (_known.TryGetValue((place, tunable), out var known))
            return known;
        if (journal.State.Find(place, tunable)?.Rest is not { Changes: { } times and > 0 } record)
            return null;

        // What an earlier daemon wrote down, by a clock that may have been set since: never longer than it was to be.
        var length = LengthOf(times);
        var passed = TimeSpan.FromTicks(Math.Clamp((time.GetUtcNow() - record.Time).Ticks, 0, length.Ticks));
        known = (time.GetTimestamp(), length - passed, times);
        _known[(place, tunable)] = known;
        return known;
    }

    private static TimeSpan LengthOf(long times)
    {
        var length = Shortest * Math.Pow(2, Math.Min(times, 16) - 1);
        return length < Longest ? length : Longest;
    }
}
