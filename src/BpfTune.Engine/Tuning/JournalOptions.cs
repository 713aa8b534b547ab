namespace BpfTune.Engine.Tuning;

/// <summary>How large the journal may grow.</summary>
public sealed record JournalOptions
{
    /// <summary>
    /// Bytes past which it is rewritten. What cannot be given up (the first original and the last value of everything
    /// still changed) may need more; it is then rewritten each time it has doubled.
    /// </summary>
    public long MaximumBytes { get; init; } = 1024 * 1024;

    /// <summary>How many of the latest lines are kept as they are.</summary>
    public int RecentLines { get; init; } = 500;
}
