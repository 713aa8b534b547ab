using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Words;

/// <summary>Log lines about who set what: event ids 4300 to 4399.</summary>
internal static partial class WordLog
{
    [LoggerMessage(4300, LogLevel.Warning, "pid {Pid} (bpftune) is another tuner on this machine, seen at {Tunable} in {Where}: what it sets is no administrator's word, and the two may pull against each other")]
    internal static partial void OtherTuner(ILogger logger, uint pid, string tunable, string where);

    [LoggerMessage(4301, LogLevel.Information, "systemd-sysctl has put {Tunable} in {Where} back to '{Value}', as it was at boot; it is tuned from there again")]
    internal static partial void BootValue(ILogger logger, string tunable, string where, string value);

    [LoggerMessage(4302, LogLevel.Debug, "{Tunable} in {Where} was written, and that was nobody's word")]
    internal static partial void NoWord(ILogger logger, string tunable, string where);

    [LoggerMessage(4303, LogLevel.Debug, "whether somebody has set a tunable cannot be told: {Reason}")]
    internal static partial void Unreadable(ILogger logger, string reason);

    [LoggerMessage(4304, LogLevel.Warning, "sysctls are written faster than can be told apart ({Count} writes not seen since the start): all that is managed is read again")]
    internal static partial void Lost(ILogger logger, long count);

    [LoggerMessage(4305, LogLevel.Debug, "the values of {Count} namespaces have been read")]
    internal static partial void Swept(ILogger logger, int count);
}
