using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Hooks;

internal static partial class HookLog
{
    [LoggerMessage(EventId = 2101, Level = LogLevel.Debug, Message = "{Owner}: program {Program} ({Section}) cannot be used: {Reason}")]
    internal static partial void ProgramFailed(ILogger logger, string owner, string program, string section, string reason);

    [LoggerMessage(EventId = 2102, Level = LogLevel.Debug, Message = "{Owner}: loaded {Count} programs in {Milliseconds:F1} ms, at the {Attempt}. attempt")]
    internal static partial void Loaded(ILogger logger, string owner, int count, double milliseconds, int attempt);

    [LoggerMessage(EventId = 2103, Level = LogLevel.Debug, Message = "{Owner}: what libbpf and the verifier said: {Log}")]
    internal static partial void VerifierSaid(ILogger logger, string owner, string log);

    [LoggerMessage(EventId = 2104, Level = LogLevel.Debug, Message = "{Owner}: loads only with libbpf's own reading of the kernel's BTF; without it: {Reason}")]
    internal static partial void LoadedTheLongWay(ILogger logger, string owner, string reason);
}
