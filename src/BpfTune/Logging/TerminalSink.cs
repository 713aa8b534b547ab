using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace BpfTune.Logging;

/// <summary>'time level source: text' for a person, in colour where a terminal shows it.</summary>
internal sealed class TerminalSink(Stream stream, bool colour, TimeProvider time) : ILogSink
{
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public void Write(LogLevel level, string source, string text)
    {
        var line = new StringBuilder(text.Length + 48);
        var (word, paint) = level switch
        {
            LogLevel.Critical => ("crit ", "\e[1;31m"),
            LogLevel.Error => ("error", "\e[31m"),
            LogLevel.Warning => ("warn ", "\e[33m"),
            LogLevel.Information => ("info ", ""),
            _ => ("debug", "\e[2m"),
        };
        line.Append(time.GetLocalNow().ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture));
        if (colour)
            line.Append(paint);
        line.Append(word).Append(' ').Append(source).Append(": ");
        LogText.AppendClean(line, text, keepLines: true);
        if (colour && paint.Length > 0)
            line.Append("\e[0m");
        line.Append('\n');
        var bytes = Encoding.UTF8.GetBytes(line.ToString());
        // One write for a line, so that lines of several threads do not mix.
        lock (_gate)
            stream.Write(bytes);
    }
}
