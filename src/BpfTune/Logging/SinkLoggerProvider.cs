using Microsoft.Extensions.Logging;

namespace BpfTune.Logging;

/// <summary>Makes loggers that all write to one sink.</summary>
internal sealed class SinkLoggerProvider(ILogSink sink, LogLevel minimum) : ILoggerProvider
{
    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new SinkLogger(LogText.Source(categoryName), sink, minimum);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
