using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// The latest changes: so many of the machine's own namespaces, and as many of tenants', of whom each has a part that
/// nobody else's changes push out.
/// </summary>
internal sealed class RecentChanges
{
    /// <summary>How many are kept of the machine's own, and how many of all tenants together.</summary>
    internal const int Capacity = 256;

    /// <summary>How many are kept of one tenant.</summary>
    internal const int EachTenant = 32;

    private readonly Queue<(long Number, Change Change)> _own = new(Capacity);
    private readonly Dictionary<NamespaceOwner, Queue<(long Number, Change Change)>> _tenants = [];
    private long _number;
    private int _ofTenants;

    /// <summary>Newest first.</summary>
    internal IReadOnlyList<Change> Latest =>
        [.. _own.Concat(_tenants.Values.SelectMany(queue => queue)).OrderByDescending(entry => entry.Number).Select(entry => entry.Change)];

    internal void Add(Change change)
    {
        var entry = (++_number, change);
        if (!change.Namespace.IsTenant)
        {
            if (_own.Count == Capacity)
                _own.Dequeue();
            _own.Enqueue(entry);
            return;
        }

        if (!_tenants.TryGetValue(change.Namespace.Owner, out var theirs))
            _tenants[change.Namespace.Owner] = theirs = [];
        if (theirs.Count == EachTenant)
            Drop(change.Namespace.Owner, theirs);
        else if (_ofTenants == Capacity)
            DropOfLargest();
        theirs.Enqueue(entry);
        _ofTenants++;
        _tenants[change.Namespace.Owner] = theirs;
    }

    private void DropOfLargest()
    {
        var (owner, queue) = _tenants.MaxBy(tenant => tenant.Value.Count);
        Drop(owner, queue);
    }

    private void Drop(NamespaceOwner owner, Queue<(long Number, Change Change)> queue)
    {
        queue.Dequeue();
        _ofTenants--;
        if (queue.Count == 0)
            _tenants.Remove(owner);
    }
}
