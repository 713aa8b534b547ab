using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// Sees that there is room for another first value in its owner's share. Nothing is pushed out for something new: what does
/// not fit is not tuned.
/// </summary>
internal sealed class JournalRoom(TimeProvider time, ILogger log)
{
    /// <summary>How often the namespaces of a full share are looked at for such as have ended.</summary>
    private static readonly TimeSpan SearchInterval = TimeSpan.FromMinutes(1);

    /// <summary>Whose shares were full, and when their namespaces were looked at; no more than there is room for shares.</summary>
    private readonly Dictionary<NamespaceOwner, long> _full = [];

    /// <summary>Makes room, of namespaces that have ended if need be.</summary>
    /// <param name="state">What is remembered.</param>
    /// <param name="place">Where the value is.</param>
    /// <param name="tunable">Of what.</param>
    /// <param name="hasEnded">Whether a namespace has certainly ended.</param>
    /// <param name="ended">Drops what is remembered of one.</param>
    /// <exception cref="JournalException">There is none.</exception>
    internal void Make(JournalState state, NetworkNamespace place, string tunable, Func<NamespaceId, bool> hasEnded, Action<JournalNamespace> ended)
    {
        foreach (var earlier in state.EarlierHoldersOf(place.Id))
            ended(state.Place(earlier));
        if (state.WhoseIsFull(place, tunable) is not { } whose)
            return;
        var isKnown = _full.TryGetValue(whose, out var searchedAt);
        if (!isKnown || time.GetElapsedTime(searchedAt) >= SearchInterval)
        {
            _full[whose] = time.GetTimestamp();
            foreach (var one in state.Places.Where(one => IsOf(whose, one) && one.Cookie != 0 && hasEnded(one.Id)).ToArray())
                ended(one);
            if (state.WhoseIsFull(place, tunable) is null)
            {
                _full.Remove(whose);
                return;
            }
        }

        var exception = new JournalException(Full(whose));
        if (!isKnown)
            TuningLog.JournalFull(log, exception.Message);
        throw exception;
    }

    /// <summary>Somebody unknown stands for all tenants.</summary>
    private static bool IsOf(NamespaceOwner whose, JournalNamespace place) =>
        whose == NamespaceOwner.Unknown ? !place.Whose.IsMachine : place.Whose == whose;

    private static string Full(NamespaceOwner whose)
    {
        var (count, of) = whose.IsMachine ? (JournalState.TrailCapacity, "the machine's own namespaces")
            : whose == NamespaceOwner.Unknown ? (JournalState.TenantsTrails, "tenants' namespaces")
            : (JournalState.EachTenantsTrails, $"namespaces of {whose.Phrase}");
        return $"the journal remembers {count} first values of {of}, which is as many as it takes";
    }
}
