using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace BpfTune.Live.Tests.Namespaces;

/// <summary>Keeps log lines for a test to look at.</summary>
internal sealed class LineLogger : ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = [];

    public IEnumerable<string> From(LogLevel level) => _lines.Where(line => line.Level >= level).Select(line => line.Text);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((logLevel, formatter(state, exception)));
}
