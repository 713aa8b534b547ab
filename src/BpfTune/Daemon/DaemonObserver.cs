using BpfTune.Engine.Control;

namespace BpfTune.Daemon;

/// <summary>Passes on how the engine is getting on, once it is known that the daemon came up: that is when it may leave its terminal.</summary>
internal sealed class DaemonObserver(ServiceNotifier notifier, Action? detach) : IEngineObserver
{
    /// <inheritdoc/>
    public void OnReady(string status)
    {
        detach?.Invoke();
        notifier.Ready(status);
    }

    /// <inheritdoc/>
    public void OnStatus(string status) => notifier.Status(status);
}
