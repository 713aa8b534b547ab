using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// What a raise may promise of the machine's memory, whichever tuner wants it: no more than is available, and in a
/// tenant's namespace no more than is left of the tenant's share. A value in place is never cut by this.
/// </summary>
internal sealed class MemoryLimit(Func<long> availablePages, int pageSize)
{
    /// <summary>One tenant's raises together may take so many parts less than what is available.</summary>
    internal const int EachShare = 64;

    /// <summary>All tenants' raises together.</summary>
    internal const int AllShare = 8;

    private readonly Dictionary<(NamespaceId Namespace, string Tunable), (NamespaceOwner Owner, long Bytes)> _raised = [];

    /// <summary>The decision with every member that goes up within its limit.</summary>
    internal PolicyDecision Clip(PolicyDecision decision, Tunable tunable, NetworkNamespace where, TunableValue current)
    {
        if (decision.Value is not { } value || tunable.BytesPerUnit <= 0 || value.Numbers.Length != current.Numbers.Length
            || !Enumerable.Range(0, value.Numbers.Length).Any(i => value[i] > current[i]))
        {
            return decision;
        }

        var pages = Math.Max(0, availablePages());
        var available = pages > long.MaxValue / pageSize ? long.MaxValue : pages * pageSize;
        var most = available / tunable.BytesPerUnit;
        var room = where.IsTenant ? Room(where.Owner, available) / tunable.BytesPerUnit : long.MaxValue;
        for (var i = 0; i < value.Numbers.Length; i++)
        {
            if (value[i] <= current[i])
                continue;
            var limit = current[i] > long.MaxValue - room ? most : Math.Min(most, current[i] + room);
            value = value.With(i, Math.Max(current[i], Math.Min(value[i], limit)));
        }

        return value.Equals(current)
            ? PolicyDecision.Refuse(
                ProposalOutcome.Unchanged,
                room <= 0 ? $"{where.Owner.Phrase} has had its share of the memory" : "no more memory is available")
            : PolicyDecision.Write(value);
    }

    /// <summary>Takes note of what was written.</summary>
    internal void Record(Tunable tunable, NetworkNamespace where, TunableValue before, TunableValue after)
    {
        if (!where.IsTenant || tunable.BytesPerUnit <= 0 || before.Numbers.Length != after.Numbers.Length || after.Numbers.IsEmpty)
            return;
        // The members of a triple lie within each other: the one that moves furthest is what it takes.
        var step = Enumerable.Range(0, after.Numbers.Length).Select(i => after[i] - before[i]).MaxBy(Math.Abs);
        var key = (where.Id, tunable.Name);
        var bytes = _raised.GetValueOrDefault(key).Bytes + (step * tunable.BytesPerUnit);
        if (bytes > 0)
            _raised[key] = (where.Owner, bytes);
        else
            _raised.Remove(key);
    }

    /// <summary>What was raised in a namespace that is gone is free again.</summary>
    internal void Forget(NamespaceId networkNamespace)
    {
        foreach (var key in _raised.Keys.Where(key => key.Namespace == networkNamespace).ToArray())
            _raised.Remove(key);
    }

    private long Room(NamespaceOwner owner, long available)
    {
        long theirs = 0, all = 0;
        foreach (var (whose, bytes) in _raised.Values)
        {
            all += bytes;
            if (whose == owner)
                theirs += bytes;
        }

        return Math.Max(0, Math.Min((available / EachShare) - theirs, (available / AllShare) - all));
    }
}
