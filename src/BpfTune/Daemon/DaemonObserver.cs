using BpfTune.Engine.Control;
using BpfTune.Logging;

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

    /// <inheritdoc/>
    public TimeSpan? KeepAlive => notifier.KeepAlive;

    /// <inheritdoc/>
    public void OnAlive() => notifier.Alive();

    /// <inheritdoc/>
    public void OnHang()
    {
        StandardError.Flush();
        // At once: an orderly end would wait for the thread that does not return. The kernel takes the BPF programs back.
        Interop.EndNow(ExitCode.Failed);
    }
}
