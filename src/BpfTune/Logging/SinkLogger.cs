using Microsoft.Extensions.Logging;

namespace BpfTune.Logging;

/// <summary>Formats entries for a sink. No scopes, no structure: a line of text for a person.</summary>
internal sealed class SinkLogger(string source, ILogSink sink, LogLevel minimum) : ILogger
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= minimum && logLevel != LogLevel.None;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        var text = formatter(state, exception);
        if (exception is not null)
        {
            // A person reads what happened; whoever debugs it reads where.
            text = minimum <= LogLevel.Debug ? $"{text}: {exception}" : $"{text}: {exception.Message}";
        }

        // Names that others chose are in it: none may begin a line that looks like one of ours.
        var ownLines = logLevel <= LogLevel.Debug || (exception is not null && minimum <= LogLevel.Debug);
        sink.Write(logLevel, source, text.ReplaceLineEndings(ownLines ? "\n    " : " "));
    }
}
