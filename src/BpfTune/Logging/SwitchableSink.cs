using Microsoft.Extensions.Logging;

namespace BpfTune.Logging;

/// <summary>A sink that can be exchanged while the daemon runs: it starts on the terminal and moves to the system log when it detaches.</summary>
internal sealed class SwitchableSink(ILogSink first) : ILogSink
{
    private volatile ILogSink _current = first;

    /// <summary>Writes to another sink from now on.</summary>
    internal void SwitchTo(ILogSink sink) => _current = sink;

    /// <inheritdoc/>
    public void Write(LogLevel level, string source, string text) => _current.Write(level, source, text);
}
