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
        return new EngineHandle(engine.Run, engine.Stop, engine.Queries, engine.Dispose);
    };

    /// <summary>Why the daemon may not do its work, in one line; null when it may.</summary>
    internal Func<string?> WhyNotPrivileged { get; init; } = static () =>
        ProcessCapabilities.Read().MissingRequired().IsEmpty ? null : KernelCapabilities.Probe().Critical[0];

    /// <summary>Runs the daemon in this process.</summary>
    /// <returns>The exit code.</returns>
    internal int Run(RunArguments arguments)
    {
        // Before anything is looked at, opened or made: without privilege there is one thing to say.
        if (WhyNotPrivileged() is { } missing)
            return Fail(missing, ExitCode.Unsupported);

        var (files, problems) = SettingsFiles.Read(arguments.ConfigDirectory);
        var settings = arguments.Settings.Over(files);
        var options = settings.ToEngineOptions();
        InstanceLock instance;
        try
        {
            instance = InstanceLock.Acquire(options.PidFilePath, Environment.ProcessId);
        }
        catch (Exception e) when (e is InstanceRunningException or IOException or UnauthorizedAccessException)
        {
            return Fail(e.Message, ExitCode.Failed);
        }

        using (instance)
        using (var notifier = ServiceNotifier.FromEnvironment())
        {
            var stderr = settings.Stderr ?? false;
            var sink = new SwitchableSink(StandardError.Sink(stderr, TimeProvider.System));
            var context = new DaemonContext { HasTerminal = StandardError.IsTerminal };
            var host = new DaemonHost(Factory, sink, context)
            {
                Notifier = notifier,
                Problems = problems,
                Detach = arguments.Detach ? () => LeaveTerminal(sink, context, stderr) : null,
            };
            return host.Run(options, settings.Debug ?? false ? LogLevel.Debug : LogLevel.Information);
        }
    }

    private static void LeaveTerminal(SwitchableSink sink, DaemonContext context, bool keepStandardError)
    {
        Detachment.LeaveTerminal(keepStandardError);
        context.HasTerminal = false;
        if (!keepStandardError && Engine.Control.UnixDatagram.To(SyslogSink.Path) is { } log)
            sink.SwitchTo(new SyslogSink(log, TimeProvider.System));
    }

    private int Fail(string message, int code)
    {
        error.Line($"bpftune: {message}");
        return code;
    }
}
