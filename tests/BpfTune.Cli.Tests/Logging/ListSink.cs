using System.Collections.Concurrent;
using BpfTune.Logging;
using Microsoft.Extensions.Logging;

namespace BpfTune.Cli.Tests.Logging;

/// <summary>Keeps what is logged.</summary>
internal sealed class ListSink : ILogSink
{
    public ConcurrentQueue<(LogLevel Level, string Source, string Text)> Entries { get; } = new();

    public void Write(LogLevel level, string source, string text) => Entries.Enqueue((level, source, text));
}
