using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tuning;

/// <summary>Log lines about changes: event ids 4200 to 4299.</summary>
internal static partial class TuningLog
{
    [LoggerMessage(4200, LogLevel.Information, "{Text}")]
    internal static partial void Changed(ILogger logger, string text);

    [LoggerMessage(4201, LogLevel.Information, "{Text}")]
    internal static partial void ChangedAgain(ILogger logger, string text);

    [LoggerMessage(4202, LogLevel.Warning, "{Reason}; nothing is changed there for the next {Seconds} s")]
    internal static partial void Refused(ILogger logger, string reason, int seconds);

    [LoggerMessage(4203, LogLevel.Debug, "{Reason} (again)")]
    internal static partial void RefusedAgain(ILogger logger, string reason);

    [LoggerMessage(4204, LogLevel.Debug, "{Tunable} in {Where} stays as it is ({Scenario}): {Reason}")]
    internal static partial void Kept(ILogger logger, string tunable, string where, string scenario, string reason);

    [LoggerMessage(4205, LogLevel.Warning, "{Reason} before {Tunable} could be set there; others like it will be told at debug level only")]
    internal static partial void Vanished(ILogger logger, string reason, string tunable);

    [LoggerMessage(4206, LogLevel.Debug, "{Text}")]
    internal static partial void ChangedQuietly(ILogger logger, string text);

    [LoggerMessage(4207, LogLevel.Information, "{Owner} has much to tell of its namespaces: the rest is at debug level, but for a line every now and then")]
    internal static partial void TenantQuiet(ILogger logger, NamespaceOwner owner);

    [LoggerMessage(4208, LogLevel.Information, "namespaces of {Owner} would have settings of the whole machine moved; such settings follow the machine's own namespaces only, unless it is said 'tenants = yes'")]
    internal static partial void NotTheirs(ILogger logger, NamespaceOwner owner);

    [LoggerMessage(4240, LogLevel.Information, "{Text}")]
    internal static partial void TrialKept(ILogger logger, string text);

    [LoggerMessage(4241, LogLevel.Information, "{Text}")]
    internal static partial void TrialUseless(ILogger logger, string text);

    [LoggerMessage(4242, LogLevel.Warning, "{Text}")]
    internal static partial void TrialHarm(ILogger logger, string text);

    [LoggerMessage(4210, LogLevel.Information, "{Sentence}")]
    internal static partial void Overridden(ILogger logger, string sentence);

    [LoggerMessage(4211, LogLevel.Information, "{Tuner} tunes again in {Where}")]
    internal static partial void Resumed(ILogger logger, string tuner, string where);

    [LoggerMessage(4220, LogLevel.Warning, "{Reason}; a change that cannot be undone is not made, so nothing is tuned until the journal works again")]
    internal static partial void JournalFails(ILogger logger, string reason);

    [LoggerMessage(4221, LogLevel.Information, "the journal {Path} works again; tuning goes on")]
    internal static partial void JournalWorks(ILogger logger, string path);

    [LoggerMessage(4222, LogLevel.Warning, "{Sentence}")]
    internal static partial void JournalDamaged(ILogger logger, string sentence);

    [LoggerMessage(4223, LogLevel.Warning, "somebody else changed or removed the journal {Path}; it is written anew")]
    internal static partial void JournalReplaced(ILogger logger, string path);

    [LoggerMessage(4224, LogLevel.Debug, "the journal {Path} was rewritten: {Lines} lines became {Bytes} bytes")]
    internal static partial void JournalCompacted(ILogger logger, string path, int lines, long bytes);

    [LoggerMessage(4225, LogLevel.Warning, "{Reason}; what is not remembered is not tuned there")]
    internal static partial void JournalFull(ILogger logger, string reason);

    [LoggerMessage(4226, LogLevel.Warning, "the journal {Path} was damaged on the disk; it is written anew, and nothing is lost")]
    internal static partial void JournalRepaired(ILogger logger, string path);

    [LoggerMessage(4230, LogLevel.Information, "{Text}")]
    internal static partial void RolledBack(ILogger logger, string text);

    [LoggerMessage(4231, LogLevel.Warning, "{Text}")]
    internal static partial void NotRolledBack(ILogger logger, string text);

    [LoggerMessage(4240, LogLevel.Information, "advice {Id}: {Text}; 'bpftune apply {Id}' does it")]
    internal static partial void Advised(ILogger logger, string id, string text);

    [LoggerMessage(4241, LogLevel.Debug, "advice {Id}: {Text}; 'bpftune apply {Id}' does it")]
    internal static partial void AdvisedQuietly(ILogger logger, string id, string text);

    [LoggerMessage(4242, LogLevel.Warning, "{Reason}; advice that was to be ignored is given again")]
    internal static partial void IgnoredUnreadable(ILogger logger, string reason);

    [LoggerMessage(4243, LogLevel.Warning, "{Source} is about '{Pattern}', which is nothing that a running tuner manages")]
    internal static partial void RuleOfNothing(ILogger logger, string source, string pattern);

    [LoggerMessage(4244, LogLevel.Information, "modes and limits are read again; the mode is {Mode}")]
    internal static partial void RulesRead(ILogger logger, string mode);
}
