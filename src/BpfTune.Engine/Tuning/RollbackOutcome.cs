namespace BpfTune.Engine.Tuning;

/// <summary>What became of one value that was to be put back.</summary>
public enum RollbackOutcome
{
    /// <summary>Put back.</summary>
    Restored,

    /// <summary>It would be put back; this was a preview.</summary>
    WouldRestore,

    /// <summary>It had its old value already.</summary>
    Unchanged,

    /// <summary>Somebody else has set it since: left alone.</summary>
    Left,

    /// <summary>The namespace is gone.</summary>
    Gone,

    /// <summary>The kernel refused it.</summary>
    Failed,

    /// <summary>Nothing leads to the namespace now; something may hold it, so its first value is kept.</summary>
    Unreachable,

    /// <summary>The line with the first value is damaged or missing: left alone.</summary>
    Unknown,

    /// <summary>No tuner manages a tunable of that name: left alone.</summary>
    Refused,

    /// <summary>Not a value: part of the journal is damaged.</summary>
    Damaged,
}
