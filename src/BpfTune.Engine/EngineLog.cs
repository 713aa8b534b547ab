using Microsoft.Extensions.Logging;

namespace BpfTune.Engine;

/// <summary>The lines of the engine itself. Event ids: 1000 to 1099.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(1000, LogLevel.Information, "bpftune {Version} on Linux {Kernel}: {Tuners}")]
    public static partial void Ready(ILogger log, string version, string kernel, string tuners);

    [LoggerMessage(1001, LogLevel.Information, "{Tuner} is loaded from {Path}: {Hooks}")]
    public static partial void TunerLoaded(ILogger log, string tuner, string path, string hooks);

    [LoggerMessage(1002, LogLevel.Information, "{Tuner} is unloaded: {Reason}")]
    public static partial void TunerUnloaded(ILogger log, string tuner, string reason);

    [LoggerMessage(1003, LogLevel.Information, "{Tuner} is not needed on this kernel: {Reason}")]
    public static partial void TunerNotNeeded(ILogger log, string tuner, string reason);

    [LoggerMessage(1004, LogLevel.Warning, "{Tuner} cannot observe {Hook}, so {WhenLost}: {Reason}")]
    public static partial void HookLost(ILogger log, string tuner, string hook, string whenLost, string reason);

    [LoggerMessage(1005, LogLevel.Debug, "{Tuner}: {Hook} uses {Mechanism} {Target}")]
    public static partial void HookChosen(ILogger log, string tuner, string hook, string mechanism, string target);

    [LoggerMessage(1006, LogLevel.Warning, "{Tuner} failed and is stopped; the others go on; it is tried again {When}: {Error}")]
    public static partial void TunerFailed(ILogger log, string tuner, string when, string error);

    [LoggerMessage(1007, LogLevel.Warning, "{Tuner} did not stop cleanly: {Error}")]
    public static partial void TunerFailedToStop(ILogger log, string tuner, string error);

    [LoggerMessage(1008, LogLevel.Warning, "{Refusal}")]
    public static partial void TunerRefused(ILogger log, string refusal);

    [LoggerMessage(1009, LogLevel.Debug, "{File} of /proc/net cannot be read in namespace {Namespace}: {Reason}")]
    public static partial void ProcNetUnreadable(ILogger log, string file, string @namespace, string reason);

    [LoggerMessage(1010, LogLevel.Warning, "Events were lost because the ring buffer was full: {Lost} since the start")]
    public static partial void EventsLost(ILogger log, long lost);

    [LoggerMessage(1011, LogLevel.Warning, "Tuner directories are not watched, so changes in them need a restart: {Reason}")]
    public static partial void NotWatching(ILogger log, string reason);

    [LoggerMessage(1012, LogLevel.Critical, "{Problem}")]
    public static partial void CannotRun(ILogger log, string problem);

    [LoggerMessage(1013, LogLevel.Warning, "No tuner is running, so nothing is tuned: {WhatToDo}")]
    public static partial void NoTuners(ILogger log, string whatToDo);

    [LoggerMessage(1014, LogLevel.Debug, "libbpf: {Text}")]
    public static partial void LibBpf(ILogger log, string text);

    [LoggerMessage(1015, LogLevel.Warning, "No tuner of the name {Name} was found; --allow names it")]
    public static partial void AllowedButAbsent(ILogger log, string name);

    [LoggerMessage(1016, LogLevel.Debug, "Stack of {Tuner}'s failure: {Stack}")]
    public static partial void FailureStack(ILogger log, string tuner, string stack);

    [LoggerMessage(1017, LogLevel.Debug, "{Tuner} does not run: --allow does not name it")]
    public static partial void NotAllowed(ILogger log, string tuner);

    [LoggerMessage(1018, LogLevel.Warning, "{Limitation}")]
    public static partial void Limited(ILogger log, string limitation);

    [LoggerMessage(1020, LogLevel.Warning, "{Tuner} failed {Failures} times and is not tried again until there is a newer file or 'bpftune resume {Tuner}': {Error}")]
    public static partial void TunerGivenUp(ILogger log, string tuner, int failures, string error);

    [LoggerMessage(1021, LogLevel.Warning, "{Tuner} is left out: {Reason}")]
    public static partial void TunerHeld(ILogger log, string tuner, string reason);

    [LoggerMessage(1022, LogLevel.Critical, "{Tuner} has not returned from {Call} for {Seconds} s: the daemon ends, and leaves it out when it is started again")]
    public static partial void TunerHangs(ILogger log, string tuner, string call, int seconds);

    [LoggerMessage(1023, LogLevel.Warning, "It cannot be noted for the next start that {Tuner} is to be left out: {Reason}")]
    public static partial void CannotHold(ILogger log, string tuner, string reason);

    [LoggerMessage(1024, LogLevel.Warning, "{Reloads} tuners that were replaced keep some {Megabytes} MB and {Descriptors} descriptors; a restart of the daemon gives them back")]
    public static partial void ReloadsCost(ILogger log, int reloads, long megabytes, int descriptors);

    [LoggerMessage(1025, LogLevel.Debug, "Crashes of tuners cannot be told from a kill: {Reason}")]
    public static partial void NoCallMark(ILogger log, string reason);

    [LoggerMessage(1019, LogLevel.Debug, "{Tunable} cannot be read in namespace {Namespace}: {Reason}")]
    public static partial void Unreadable(ILogger log, string tunable, string @namespace, string reason);

    [LoggerMessage(1020, LogLevel.Warning, "kernel.ftrace_enabled is 0 now: {Kinds} attach and never run, so hooks that used them take another mechanism or are lost")]
    public static partial void FunctionsNotTraced(ILogger log, string kinds);

    [LoggerMessage(1021, LogLevel.Information, "kernel.ftrace_enabled is 1 again: hooks take the best mechanism there is")]
    public static partial void FunctionsTraced(ILogger log);
}
