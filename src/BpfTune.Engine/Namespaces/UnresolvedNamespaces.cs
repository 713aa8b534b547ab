using BpfTune.Sdk;

namespace BpfTune.Engine.Namespaces;

/// <summary>
/// Namespaces that were looked for in vain. They are looked for again after a delay that doubles each time: some are
/// held by a socket or a descriptor alone, and nothing leads to those. Each tenant has a share: what does not fit is not
/// looked for, and so not tuned.
/// </summary>
internal sealed class UnresolvedNamespaces(TimeProvider time)
{
    /// <summary>At most so many of the machine's are remembered; then all of those are forgotten, which costs one more search each.</summary>
    internal const int Capacity = 1024;

    /// <summary>Of one tenant.</summary>
    internal const int EachTenants = 128;

    /// <summary>Of all tenants together.</summary>
    internal const int Tenants = 1024;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastDelay = TimeSpan.FromMinutes(1);

    private readonly Dictionary<NamespaceId, Attempt> _attempts = [];
    private readonly TenantShares _shares = new(EachTenants, Tenants, Capacity);

    internal int Count => _attempts.Count;

    /// <summary>Whether another one of an owner's may be looked for: it is remembered if that is in vain.</summary>
    internal bool HasRoom(NamespaceId id, NamespaceOwner owner) =>
        _attempts.ContainsKey(id) || _shares.WhoseIsFull(owner) is not { } whose || MakeRoom(whose, owner);

    /// <summary>Whether it is too early to look again.</summary>
    /// <param name="id">The namespace.</param>
    /// <param name="processHint">The process that the event names.</param>
    /// <param name="isNewHint">Whether that process has not been looked at for this namespace the last time.</param>
    internal bool IsResting(NamespaceId id, uint processHint, out bool isNewHint)
    {
        isNewHint = false;
        if (!_attempts.TryGetValue(id, out var attempt) || time.GetTimestamp() >= attempt.RetryAt)
            return false;
        isNewHint = processHint != 0 && processHint != attempt.ProcessHint;
        if (isNewHint)
            _attempts[id] = attempt with { ProcessHint = processHint };
        return true;
    }

    /// <summary>A complete search found nothing.</summary>
    internal void Add(NamespaceId id, uint processHint, NamespaceOwner owner)
    {
        var delay = _attempts.TryGetValue(id, out var attempt) && attempt.Delay > TimeSpan.Zero
            ? TimeSpan.FromTicks(Math.Min(attempt.Delay.Ticks * 2, LastDelay.Ticks))
            : FirstDelay;
        Set(id, processHint, owner, delay, delay);
    }

    /// <summary>A search had to stop before its end; it may go on after a wait.</summary>
    internal void AddIncomplete(NamespaceId id, uint processHint, NamespaceOwner owner, TimeSpan wait) =>
        Set(id, processHint, owner, wait, _attempts.TryGetValue(id, out var attempt) ? attempt.Delay : TimeSpan.Zero);

    internal void Remove(NamespaceId id)
    {
        if (_attempts.Remove(id, out var attempt))
            _shares.Give(attempt.Owner);
    }

    internal void Clear() => Forget(_ => true);

    private bool MakeRoom(NamespaceOwner whose, NamespaceOwner owner)
    {
        // Those that may be looked for again by now are as good as any that was not looked for yet.
        var now = time.GetTimestamp();
        Forget(attempt => Is(whose, attempt.Owner) && now >= attempt.RetryAt);
        if (_shares.HasRoom(owner))
            return true;
        if (!owner.IsMachine)
            return false;
        Forget(attempt => attempt.Owner.IsMachine);
        return true;
    }

    /// <summary>Somebody unknown stands for all tenants.</summary>
    private static bool Is(NamespaceOwner whose, NamespaceOwner owner) =>
        whose == NamespaceOwner.Unknown ? !owner.IsMachine : owner == whose;

    private void Forget(Predicate<Attempt> which)
    {
        foreach (var (id, _) in _attempts.Where(entry => which(entry.Value)).ToArray())
            Remove(id);
    }

    private void Set(NamespaceId id, uint processHint, NamespaceOwner owner, TimeSpan wait, TimeSpan delay)
    {
        Remove(id);
        if (!HasRoom(id, owner))
            return;
        var retryAt = time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);
        _attempts[id] = new Attempt(retryAt, delay, processHint, owner);
        _shares.Take(owner);
    }

    private readonly record struct Attempt(long RetryAt, TimeSpan Delay, uint ProcessHint, NamespaceOwner Owner);
}
