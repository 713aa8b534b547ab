namespace BpfTune.Engine.Tuning;

/// <summary>One line of the journal. What a kind has no use for is left out.</summary>
public sealed record JournalRecord
{
    /// <summary>Rises from line to line, across restarts.</summary>
    public required long Seq { get; init; }

    /// <summary>Wall-clock time, UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>/proc/sys/kernel/random/boot_id: sysctls and namespaces do not outlive a boot, nor does a line's meaning.</summary>
    public required string Boot { get; init; }

    /// <summary>What the line says.</summary>
    public required JournalKind Kind { get; init; }

    /// <summary>The tuner concerned.</summary>
    public string? Tuner { get; init; }

    /// <summary>Full name of the sysctl.</summary>
    public string? Tunable { get; init; }

    /// <summary>Where; for a resume null means everywhere.</summary>
    public JournalNamespace? Namespace { get; init; }

    /// <summary>Value before.</summary>
    public string? Old { get; init; }

    /// <summary>Value after.</summary>
    public string? New { get; init; }

    /// <summary>The proposal's scenario.</summary>
    public string? Scenario { get; init; }

    /// <summary>What was measured; of a failure, why.</summary>
    public string? Evidence { get; init; }

    /// <summary>Of an outcome: the intent's number.</summary>
    public long? Intent { get; init; }

    /// <summary>How it ended.</summary>
    public JournalResult? Result { get; init; }

    /// <summary>Of a kept line: how many changes it stands for.</summary>
    public long? Changes { get; init; }

    /// <summary>Of an override: who wrote.</summary>
    public uint? Pid { get; init; }

    /// <summary>Of an override: that process's command name.</summary>
    public string? Command { get; init; }
}
