namespace BpfTune.Lab;

/// <summary>Which daemon is started, and how often.</summary>
public sealed record StartupOptions
{
    /// <summary>The bpftune executable.</summary>
    public required string Daemon { get; init; }

    /// <summary>Where its tuners are; null: its own directories.</summary>
    public string? LibDir { get; init; }

    /// <summary>Starts of each way; they take turns, so that what else the machine does falls on all alike.</summary>
    public int Runs { get; init; } = 10;

    /// <summary>How long a start may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(3);
}
