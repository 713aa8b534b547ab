using System.Text;
using BpfTune.Engine.Control;

namespace BpfTune.Daemon;

/// <summary>Tells a service manager how the daemon is getting on (sd_notify(3)): plain datagrams, no library.</summary>
internal sealed class ServiceNotifier : IDisposable
{
    private const string Variable = "NOTIFY_SOCKET";
    private readonly UnixDatagram? _manager;

    private ServiceNotifier(UnixDatagram? manager) => _manager = manager;

    /// <summary>A notifier for the service manager that the environment names; one that does nothing without.</summary>
    internal static ServiceNotifier FromEnvironment()
    {
        var path = Environment.GetEnvironmentVariable(Variable);
        // Nobody started from here shall speak in this daemon's name.
        Environment.SetEnvironmentVariable(Variable, null);
        return To(path);
    }

    /// <summary>A notifier for a socket; a leading '@' means the abstract name space.</summary>
    internal static ServiceNotifier To(string? path) => new(string.IsNullOrEmpty(path) ? null : UnixDatagram.To(path));

    internal void Ready(string status) => Send($"READY=1\nSTATUS={Line(status)}");

    internal void Status(string status) => Send($"STATUS={Line(status)}");

    internal void Stopping() => Send("STOPPING=1\nSTATUS=stopping");

    /// <inheritdoc/>
    public void Dispose() => _manager?.Dispose();

    // A line break would begin another assignment.
    private static string Line(string status) => status.ReplaceLineEndings(" ");

    // A manager that has gone away must not stop the daemon, and there is nobody else to tell.
    private void Send(string message) => _manager?.TrySend(Encoding.UTF8.GetBytes(message), wait: true);
}
