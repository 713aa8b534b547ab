namespace BpfTune.Engine.Tuning;

/// <summary>What was done to one tunable in one namespace since it was last as we found it.</summary>
public sealed class TunableTrail
{
    internal TunableTrail(JournalNamespace networkNamespace, string tunable, string tuner, string original, long order)
    {
        Namespace = networkNamespace;
        Tunable = tunable;
        Tuner = tuner;
        Original = original;
        Order = order;
    }

    /// <summary>Where.</summary>
    public JournalNamespace Namespace { get; }

    /// <summary>Full name of the sysctl.</summary>
    public string Tunable { get; }

    /// <summary>Who changed it last.</summary>
    public string Tuner { get; internal set; }

    /// <summary>
    /// The value before our first change; when somebody else has set another one in between and a tuner went on from
    /// there, that one.
    /// </summary>
    public string Original { get; internal set; }

    /// <summary>
    /// Whether the line with the first value may be among those that are damaged or missing: then <see cref="Original"/>
    /// may be a value of ours, and is not put back.
    /// </summary>
    public bool IsOriginalUnknown { get; internal set; }

    /// <summary>The value last read back after a write of ours; null while no write is known to have succeeded.</summary>
    public string? Last { get; internal set; }

    /// <summary>An intent without an outcome: whether it was written nobody knows.</summary>
    public JournalRecord? Pending { get; internal set; }

    /// <summary>Changes made.</summary>
    public long Changes { get; internal set; }

    /// <summary>The end of the latest trial there, if its raise was of no use; null when it helped, or when there was none.</summary>
    public JournalRecord? Rest { get; internal set; }

    /// <summary>Number of the first intent: rollback goes backwards.</summary>
    public long Order { get; internal set; }

    /// <summary>Whether a value found is one that we left there. An earlier value of ours that has come back is somebody else's doing.</summary>
    public bool IsOurs(string value) => value == Last || (Pending is not null && value == Pending.New);

    /// <summary>Whether there is nothing left to undo.</summary>
    internal bool IsEmpty => Last is null && Pending is null;
}
