using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>Remembers which way each member of each tunable went last; nothing older is needed for the cooldown.</summary>
internal sealed class MoveHistory(TimeProvider time)
{
    private readonly Dictionary<(NamespaceId Namespace, string Tunable), Entry?[]> _moves = [];

    /// <summary>The latest move of each member; null for one that has not moved.</summary>
    internal Move?[] Of(NamespaceId networkNamespace, string tunable)
    {
        if (!_moves.TryGetValue((networkNamespace, tunable), out var entries))
            return [];
        return Array.ConvertAll(entries, e => e is { } entry
            ? new Move(entry.Direction, time.GetElapsedTime(entry.At), entry.Scenario)
            : (Move?)null);
    }

    /// <summary>Takes note of a change.</summary>
    internal void Record(NamespaceId networkNamespace, string tunable, TunableValue before, TunableValue after, string scenario)
    {
        if (before.Numbers.Length != after.Numbers.Length)
            return;
        if (!_moves.TryGetValue((networkNamespace, tunable), out var entries) || entries.Length != after.Numbers.Length)
            _moves[(networkNamespace, tunable)] = entries = new Entry?[after.Numbers.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            var direction = after.Numbers[i].CompareTo(before.Numbers[i]);
            if (direction != 0)
                entries[i] = new Entry(direction, time.GetTimestamp(), scenario);
        }
    }

    internal void Forget(NamespaceId networkNamespace)
    {
        foreach (var key in _moves.Keys.Where(k => k.Namespace == networkNamespace).ToArray())
            _moves.Remove(key);
    }

    private readonly record struct Entry(int Direction, long At, string Scenario);
}
