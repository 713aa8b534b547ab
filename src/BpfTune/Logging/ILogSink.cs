using Microsoft.Extensions.Logging;

namespace BpfTune.Logging;

/// <summary>Where log lines go.</summary>
internal interface ILogSink
{
    /// <summary>Takes one entry; the text may have several lines.</summary>
    void Write(LogLevel level, string source, string text);
}
