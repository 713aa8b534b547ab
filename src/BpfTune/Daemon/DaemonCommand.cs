using BpfTune.CommandLine;
using BpfTune.Engine;
using BpfTune.Engine.Kernel;
using BpfTune.Logging;
using BpfTune.Rendering;
using BpfTune.Settings;
using Microsoft.Extensions.Logging;

namespace BpfTune.Daemon;

/// <summary>Everything between the command line and the running engine.</summary>
internal sealed class DaemonCommand(TextWriter error)
{
    /// <summary>Makes the engine; tests put another in its place.</summary>
    internal EngineFactory Factory { get; init; } = static (options, loggers, time, observer) =>
    {
        var engine = new TuningEngine(options, loggers, time, observer);
        return new EngineHandle(engine.Run, engine.Stop, engine.Queries, engine.ChangeRules, engine.Dispose);
    };

    /// <summary>Why the daemon may not do its work, in one line; null when it may.</summary>
    internal Func<string?> WhyNotPrivileged { get; init; } = static () =>
        ProcessCapabilities.Read().MissingRequired().IsEmpty ? ProcessLimits.WhyTooFewFiles() : KernelCapabilities.Probe().Critical[0];

    /// <summary>Gives up what the daemon does not need, once it is known that it has what it needs; why that failed, or null.</summary>
    internal Func<string?> Confine { get; init; } = static () => null;

    /// <summary>The system log, if it is to be written beside standard error; told whether standard error was asked for.</summary>
    internal Func<bool, ILogSink?> SystemLog { get; init; } = static _ => null;

    /// <summary>Runs the daemon in this process.</summary>
    /// <returns>The exit code.</returns>
    internal int Run(RunArguments arguments)
    {
        // Before anything is looked at, opened or made: without privilege there is one thing to say.
        var log = SystemLog(arguments.Settings.Stderr ?? false);
        if (WhyNotPrivileged() is { } missing)
            return Fail(log, missing, ExitCode.Unsupported);
        var unconfined = Confine();

        var (files, problems) = SettingsFiles.Read(arguments.ConfigDirectory);
        if (problems.Any(p => p.MayLimit))
        {
            foreach (var problem in problems)
                Fail(log, problem.ToString(), ExitCode.Usage);
            return Fail(log, "not started: what is not understood there may ask for less tuning than there would be without it", ExitCode.Usage);
        }

        var settings = arguments.Settings.Over(files);
        var options = settings.ToEngineOptions();
        InstanceLock instance;
        try
        {
            instance = InstanceLock.Acquire(options.PidFilePath, Environment.ProcessId);
        }
        catch (Exception e) when (e is InstanceRunningException or IOException or UnauthorizedAccessException)
        {
            return Fail(log, e.Message, ExitCode.Failed);
        }

        using (instance)
        using (var notifier = ServiceNotifier.FromEnvironment())
        {
            var stderr = settings.Stderr ?? false;
            var ownSink = StandardError.Sink(stderr, TimeProvider.System);
            var sink = new SwitchableSink(!stderr && log is not null ? new TwoSinks(ownSink, log) : ownSink);
            var context = new DaemonContext { HasTerminal = StandardError.IsTerminal };
            var host = new DaemonHost(Factory, sink, context)
            {
                Notifier = notifier,
                Problems = problems,
                ReadAgain = () =>
                {
                    var (now, found) = SettingsFiles.Read(arguments.ConfigDirectory);
                    return (arguments.Settings.Over(now).ToRules(), found);
                },
                Warnings = unconfined is null ? [] : [unconfined],
                Detach = arguments.Detach ? () => LeaveTerminal(sink, context, stderr) : null,
            };
            return host.Run(options, settings.Debug ?? false ? LogLevel.Debug : LogLevel.Information);
        }
    }

    private static void LeaveTerminal(SwitchableSink sink, DaemonContext context, bool keepStandardError)
    {
        Detachment.LeaveTerminal(keepStandardError);
        context.HasTerminal = false;
        if (!keepStandardError && SyslogSink.Open() is { } log)
            sink.SwitchTo(log);
    }

    private int Fail(ILogSink? log, string message, int code)
    {
        log?.Write(LogLevel.Critical, "bpftune", message);
        error.Line($"bpftune: {message}");
        return code;
    }
}
