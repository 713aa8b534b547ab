using Microsoft.Extensions.Logging;

namespace BpfTune.Logging;

/// <summary>Writes to both: to standard error, which nobody may be reading, and to the system log.</summary>
internal sealed class TwoSinks(ILogSink first, ILogSink second) : ILogSink
{
    /// <inheritdoc/>
    public void Write(LogLevel level, string source, string text)
    {
        // The system log first: it waits for nobody.
        second.Write(level, source, text);
        first.Write(level, source, text);
    }
}
