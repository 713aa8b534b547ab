using System.Globalization;
using System.Text;
using BpfTune.Engine.Control;
using Microsoft.Extensions.Logging;

namespace BpfTune.Logging;

/// <summary>The system log by its socket, for a daemon whose standard error nobody reads (syslog(3), facility daemon).</summary>
internal sealed class SyslogSink(UnixDatagram log, TimeProvider time) : ILogSink
{
    /// <summary>The socket that every system log listens on.</summary>
    internal const string Path = "/dev/log";

    private const int FacilityDaemon = 3 << 3;

    private readonly Outbox _outbox = new(
        message => log.TrySend(message.Span, wait: false),
        message => log.TrySend(message.Span, wait: true))
    {
        Dropped = count => Encoding.UTF8.GetBytes(Format(
            LogLevel.Warning, "bpftune", $"{count} lines were dropped: the system log did not take them in time", time.GetLocalNow(), Environment.ProcessId)),
    };

    /// <summary>The machine's own; null when no descriptor is to be had for it.</summary>
    internal static SyslogSink? Open() => UnixDatagram.To(Path) is { } log ? new SyslogSink(log, TimeProvider.System) : null;

    /// <inheritdoc/>
    public void Write(LogLevel level, string source, string text)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            // Without a log daemon the line is lost, as with syslog(3): there is nobody else to tell. One that is stopped is waited for.
            _outbox.Post(Encoding.UTF8.GetBytes(Format(level, source, line, time.GetLocalNow(), Environment.ProcessId)));
        }
    }

    /// <summary>One datagram: priority, time as RFC 3164 has it, program and process id.</summary>
    internal static string Format(LogLevel level, string source, ReadOnlySpan<char> line, DateTimeOffset now, int processId)
    {
        var text = new StringBuilder(line.Length + 64);
        var day = now.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2);
        text.Append(CultureInfo.InvariantCulture, $"<{FacilityDaemon | LogPriority.Of(level)}>");
        text.Append(now.ToString("MMM ", CultureInfo.InvariantCulture)).Append(day).Append(' ');
        text.Append(now.ToString("HH:mm:ss", CultureInfo.InvariantCulture));
        text.Append(CultureInfo.InvariantCulture, $" bpftune[{processId}]: {source}: ");
        LogText.AppendClean(text, line, keepLines: false);
        return text.ToString();
    }
}
