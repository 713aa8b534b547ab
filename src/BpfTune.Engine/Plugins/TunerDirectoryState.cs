namespace BpfTune.Engine.Plugins;

/// <summary>What there is at a tuner directory's path.</summary>
public enum TunerDirectoryState
{
    /// <summary>A directory that tuners are taken from.</summary>
    Present,

    /// <summary>Nothing: that is normal.</summary>
    Absent,

    /// <summary>The same directory as one before it, by another path.</summary>
    Duplicate,

    /// <summary>A directory that somebody other than root could change; nothing is taken from it.</summary>
    Refused,
}
