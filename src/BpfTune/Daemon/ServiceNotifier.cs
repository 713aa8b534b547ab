using System.Globalization;
using System.Text;
using BpfTune.Engine.Control;
using BpfTune.Logging;

namespace BpfTune.Daemon;

/// <summary>Tells a service manager how the daemon is getting on (sd_notify(3)): plain datagrams, no library.</summary>
internal sealed class ServiceNotifier : IDisposable
{
    private const string Variable = "NOTIFY_SOCKET";
    private const string WatchdogVariable = "WATCHDOG_USEC";
    private const string WatchdogProcessVariable = "WATCHDOG_PID";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(0.5);
    private const double MicrosecondsPerMillisecond = 1000;

    private readonly UnixDatagram? _manager;
    private readonly Outbox? _outbox;

    private ServiceNotifier(UnixDatagram? manager, TimeSpan? watchdog)
    {
        _manager = manager;
        // A manager that is busy, or stopped, is told later; one that has gone away is not, and there is nobody else to tell.
        if (manager is not null)
            _outbox = new Outbox(message => manager.TrySend(message.Span, wait: false), message => manager.TrySend(message.Span, wait: true));
        KeepAlive = manager is null ? null : watchdog / 2;
    }

    /// <summary>How often the manager wants to hear that the daemon is alive: at half the time after which it gives it up; null for never.</summary>
    internal TimeSpan? KeepAlive { get; }

    /// <summary>A notifier for the service manager that the environment names; one that does nothing without.</summary>
    internal static ServiceNotifier FromEnvironment()
    {
        var path = Environment.GetEnvironmentVariable(Variable);
        var watchdog = Watchdog(
            Environment.GetEnvironmentVariable(WatchdogVariable), Environment.GetEnvironmentVariable(WatchdogProcessVariable), Environment.ProcessId);
        // Nobody started from here shall speak in this daemon's name.
        foreach (var variable in (ReadOnlySpan<string>)[Variable, WatchdogVariable, WatchdogProcessVariable])
            Environment.SetEnvironmentVariable(variable, null);
        return To(path, watchdog);
    }

    /// <summary>The time that sd_watchdog_enabled(3) reads from the environment; null when nobody watches this process.</summary>
    internal static TimeSpan? Watchdog(string? microseconds, string? process, int self)
    {
        if (process is not null && process != self.ToString(CultureInfo.InvariantCulture))
            return null;
        return long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var time) && time > 0
            ? TimeSpan.FromMilliseconds(time / MicrosecondsPerMillisecond)
            : null;
    }

    /// <summary>A notifier for a socket; a leading '@' means the abstract name space.</summary>
    /// <param name="path">The socket; null for none.</param>
    /// <param name="watchdog">After how long without a sign of life it gives the daemon up; null for never.</param>
    internal static ServiceNotifier To(string? path, TimeSpan? watchdog = null) =>
        new(string.IsNullOrEmpty(path) ? null : UnixDatagram.To(path), watchdog);

    internal void Ready(string status) => Send($"READY=1\nSTATUS={Line(status)}");

    internal void Status(string status) => Send($"STATUS={Line(status)}");

    internal void Alive() => Send("WATCHDOG=1");

    internal void Stopping() => Send("STOPPING=1\nSTATUS=stopping");

    /// <inheritdoc/>
    public void Dispose()
    {
        _outbox?.Flush(s_patience);
        _manager?.Dispose();
    }

    // A line break would begin another assignment.
    private static string Line(string status) => status.ReplaceLineEndings(" ");

    private void Send(string message) => _outbox?.Post(Encoding.UTF8.GetBytes(message));
}
