namespace BpfTune.Engine.Plugins;

/// <summary>What happened to a tuner in the tuner directories.</summary>
public enum TunerFileChangeKind
{
    /// <summary>A tuner that was not there: load it.</summary>
    Appeared,

    /// <summary>Another file has taken its place: stop the tuner and load the new one.</summary>
    Replaced,

    /// <summary>No directory offers it any longer: stop and unload it.</summary>
    Removed,

    /// <summary>A file that is not used: say why. A tuner of this name that runs already goes on.</summary>
    Refused,
}
