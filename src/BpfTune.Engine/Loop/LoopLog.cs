using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Loop;

/// <summary>The lines of the event loop. Event ids: 1050 to 1059.</summary>
internal static partial class LoopLog
{
    [LoggerMessage(1050, LogLevel.Warning, "A fault in {What}; it is left alone for {Seconds} s and then tried again: {Error}")]
    internal static partial void SourceFailed(ILogger log, string what, int seconds, string error);

    [LoggerMessage(1051, LogLevel.Warning, "A fault in {What} ({Untold} more since the last of these lines): {Error}")]
    internal static partial void Failed(ILogger log, string what, string error, long untold);

    [LoggerMessage(1052, LogLevel.Debug, "Stack of the fault: {Stack}")]
    internal static partial void Stack(ILogger log, string stack);
}
