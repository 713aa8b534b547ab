using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BpfTune.Daemon;

/// <summary>
/// Ends the host at SIGTERM and SIGINT. SIGHUP ends a daemon in the foreground, whose terminal was closed, and is
/// ignored by one in the background. A second signal ends the process at once, as if there were no handler.
/// </summary>
internal sealed partial class SignalLifetime(IHostApplicationLifetime application, ILogger<SignalLifetime> logger, DaemonContext context)
    : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _received;

    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP])
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        if (signal.Signal == PosixSignal.SIGHUP && !context.HasTerminal)
        {
            signal.Cancel = true;
            return;
        }

        signal.Cancel = Interlocked.Increment(ref _received) == 1;
        if (!signal.Cancel)
            return;
        LogStopping(logger, signal.Signal);
        application.StopApplication();
    }

    [LoggerMessage(EventId = 7001, Level = LogLevel.Information, Message = "stopping ({Signal})")]
    private static partial void LogStopping(ILogger logger, PosixSignal signal);
}
