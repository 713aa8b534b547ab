using Microsoft.Extensions.Logging;

namespace BpfTune.Logging;

/// <summary>The system log's priorities (syslog(3)).</summary>
internal static class LogPriority
{
    internal static int Of(LogLevel level) => level switch
    {
        LogLevel.Critical => 2,
        LogLevel.Error => 3,
        LogLevel.Warning => 4,
        LogLevel.Information => 6,
        _ => 7,
    };
}
