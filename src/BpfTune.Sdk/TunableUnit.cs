namespace BpfTune.Sdk;

/// <summary>What a tunable's number counts.</summary>
public enum TunableUnit
{
    /// <summary>A count of things: entries, packets, requests.</summary>
    Count,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>Memory pages of the machine's page size.</summary>
    Pages,

    /// <summary>Microseconds.</summary>
    Microseconds,

    /// <summary>0 or 1 (or a small set of modes).</summary>
    Switch,

    /// <summary>Words, not a number.</summary>
    Text,
}
