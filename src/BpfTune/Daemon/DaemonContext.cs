namespace BpfTune.Daemon;

/// <summary>How the daemon stands to its terminal.</summary>
internal sealed class DaemonContext
{
    private volatile bool _hasTerminal;

    /// <summary>Whether a terminal shows what it logs.</summary>
    internal bool HasTerminal
    {
        get => _hasTerminal;
        set => _hasTerminal = value;
    }

    /// <summary>Called, on another thread than the engine's, when a daemon in the background gets SIGHUP; null does nothing.</summary>
    internal Action? OnHangUp { get; set; }
}
