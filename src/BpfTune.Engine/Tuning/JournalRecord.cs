using System.Text.Json.Serialization;

namespace BpfTune.Engine.Tuning;

/// <summary>One line of the journal. What a kind has no use for is left out.</summary>
public sealed record JournalRecord
{
    /// <summary>
    /// Number of the line in the file, without gaps; given when it is written. Null in journals of versions before 2,
    /// whose lines have neither this nor a checksum.
    /// </summary>
    [JsonPropertyOrder(-1)]
    public long? Line { get; init; }

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

    /// <summary>
    /// The value before our first change, when it is not <see cref="Old"/>: said anew in each line, so that a damaged one
    /// takes no first value with it.
    /// </summary>
    public string? First { get; init; }

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

    /// <summary>Of a kept line: how many changes it stands for. Of a trial: how many in a row were of no use.</summary>
    public long? Changes { get; init; }

    /// <summary>Of an override: who wrote.</summary>
    public uint? Pid { get; init; }

    /// <summary>Of an override: that process's command name.</summary>
    public string? Command { get; init; }

    /// <summary>Of the header: the version of the format.</summary>
    public int? Version { get; init; }

    /// <summary>Of header and managed line: names of the tunables that tuners manage. Nothing else is ever put back.</summary>
    public IReadOnlyList<string>? Tunables { get; init; }
}
