using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Plugins;

internal static partial class TunerLog
{
    [LoggerMessage(EventId = 2201, Level = LogLevel.Warning, Message = "no tuner is loaded from {Directory}: {Reason}")]
    internal static partial void DirectoryRefused(ILogger logger, string directory, string reason);

    [LoggerMessage(EventId = 2202, Level = LogLevel.Debug, Message = "tuner directory {Directory}: {State} {Detail}")]
    internal static partial void Directory(ILogger logger, string directory, TunerDirectoryState state, string? detail);

    [LoggerMessage(EventId = 2203, Level = LogLevel.Warning, Message = "which tunables the tuner {Tuner} manages cannot be told: {Reason}")]
    internal static partial void CannotDeclare(ILogger logger, string tuner, string reason);
}
