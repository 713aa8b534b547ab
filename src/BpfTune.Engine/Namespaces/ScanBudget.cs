namespace BpfTune.Engine.Namespaces;

/// <summary>
/// Keeps an expensive search to a small share of the time: after one that took t, none for <see cref="Rest"/> times t.
/// It reads the clock and needs no timer.
/// </summary>
internal sealed class ScanBudget(TimeProvider time)
{
    /// <summary>Rest after a search, in multiples of its duration: 50 keeps searches under 2 % of one CPU.</summary>
    internal const int Rest = 50;

    private static readonly TimeSpan MinimumRest = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan MaximumRest = TimeSpan.FromSeconds(30);

    private long _allowedAt = long.MinValue;

    /// <summary>Searches done.</summary>
    internal long Searches { get; private set; }

    /// <summary>How long until the next search is allowed; zero when it is allowed now.</summary>
    internal TimeSpan Wait
    {
        get
        {
            var now = time.GetTimestamp();
            return now >= _allowedAt ? TimeSpan.Zero : time.GetElapsedTime(now, _allowedAt);
        }
    }

    /// <summary>Runs the search when the budget allows it.</summary>
    internal bool TrySpend(Action search)
    {
        if (Wait > TimeSpan.Zero)
            return false;
        Spend(search);
        return true;
    }

    /// <summary>Runs the search whatever the budget says, and charges it.</summary>
    internal void Spend(Action search)
    {
        var start = time.GetTimestamp();
        search();
        var end = time.GetTimestamp();
        var rest = TimeSpan.FromTicks(Math.Clamp(
            time.GetElapsedTime(start, end).Ticks * Rest, MinimumRest.Ticks, MaximumRest.Ticks));
        _allowedAt = end + (long)(rest.TotalSeconds * time.TimestampFrequency);
        Searches++;
    }
}
