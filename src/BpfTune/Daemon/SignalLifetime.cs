using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BpfTune.Daemon;

/// <summary>
/// Ends the host at SIGTERM and SIGINT. SIGHUP ends a daemon in the foreground, whose terminal was closed; one in the
/// background reads its modes and limits again. A second signal ends the process at once, as if there were no handler, but only
/// when stopping has taken longer than it should: a terminal, sudo and a script may each pass on the same Ctrl-C, and
/// values must be put back all the same.
/// </summary>
internal sealed partial class SignalLifetime(
    IHostApplicationLifetime application, ILogger<SignalLifetime> logger, DaemonContext context, TimeProvider time)
    : IHostLifetime, IDisposable
{
    /// <summary>A clean stop takes less.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Lock _gate = new();
    private long? _stoppingSince;

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
            context.OnHangUp?.Invoke();
            return;
        }

        lock (_gate)
        {
            if (_stoppingSince is { } since)
            {
                signal.Cancel = time.GetElapsedTime(since) < s_patience;
                return;
            }

            _stoppingSince = time.GetTimestamp();
            signal.Cancel = true;
        }

        LogStopping(logger, signal.Signal);
        application.StopApplication();
    }

    [LoggerMessage(EventId = 7001, Level = LogLevel.Information, Message = "stopping ({Signal})")]
    private static partial void LogStopping(ILogger logger, PosixSignal signal);
}
