using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace BpfTune.Logging;

/// <summary>Standard error read by systemd's journal: a priority before each line (sd-daemon(3)); the journal knows time and process.</summary>
internal sealed class JournalSink(Stream stream) : ILogSink
{
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public void Write(LogLevel level, string source, string text)
    {
        var lines = new StringBuilder(text.Length + 48);
        var prefix = string.Create(CultureInfo.InvariantCulture, $"<{LogPriority.Of(level)}>{source}: ");
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            lines.Append(prefix);
            LogText.AppendClean(lines, line, keepLines: false);
            lines.Append('\n');
        }

        var bytes = Encoding.UTF8.GetBytes(lines.ToString());
        lock (_gate)
            stream.Write(bytes);
    }
}
