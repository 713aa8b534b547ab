using BpfTune.Sdk;

namespace BpfTune.Engine.Namespaces;

/// <summary>
/// Namespaces that were looked for in vain. They are looked for again after a delay that doubles each time: some are
/// held by a socket or a descriptor alone, and nothing leads to those.
/// </summary>
internal sealed class UnresolvedNamespaces(TimeProvider time)
{
    /// <summary>At most so many are remembered; then all are forgotten, which costs one more search each.</summary>
    internal const int Capacity = 1024;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastDelay = TimeSpan.FromMinutes(1);

    private readonly Dictionary<NamespaceId, Attempt> _attempts = [];

    internal int Count => _attempts.Count;

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
    internal void Add(NamespaceId id, uint processHint)
    {
        var delay = _attempts.TryGetValue(id, out var attempt) && attempt.Delay > TimeSpan.Zero
            ? TimeSpan.FromTicks(Math.Min(attempt.Delay.Ticks * 2, LastDelay.Ticks))
            : FirstDelay;
        Set(id, processHint, delay, delay);
    }

    /// <summary>A search had to stop before its end; it may go on after a wait.</summary>
    internal void AddIncomplete(NamespaceId id, uint processHint, TimeSpan wait) =>
        Set(id, processHint, wait, _attempts.TryGetValue(id, out var attempt) ? attempt.Delay : TimeSpan.Zero);

    internal void Remove(NamespaceId id) => _attempts.Remove(id);

    internal void Clear() => _attempts.Clear();

    private void Set(NamespaceId id, uint processHint, TimeSpan wait, TimeSpan delay)
    {
        if (_attempts.Count >= Capacity && !_attempts.ContainsKey(id))
            _attempts.Clear();
        var retryAt = time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);
        _attempts[id] = new Attempt(retryAt, delay, processHint);
    }

    private readonly record struct Attempt(long RetryAt, TimeSpan Delay, uint ProcessHint);
}
