using BpfTune.Engine;
using BpfTune.Engine.Tuning;
using BpfTune.Logging;
using BpfTune.Rendering;
using BpfTune.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BpfTune.Daemon;

/// <summary>Runs the engine in a host: signals, log, service manager, and a summary at the end.</summary>
internal sealed partial class DaemonHost(EngineFactory factory, ILogSink sink, DaemonContext context)
{
    private const string Category = "bpftune";

    /// <summary>Tells the service manager.</summary>
    internal required ServiceNotifier Notifier { get; init; }

    /// <summary>Called once the engine is ready, to leave the terminal; null to stay.</summary>
    internal Action? Detach { get; init; }

    /// <summary>Lines of settings files that were passed over.</summary>
    internal IReadOnlyList<SettingsProblem> Problems { get; init; } = [];

    /// <summary>Reads modes and limits anew, with what is wrong in the files; null when there is nothing to read.</summary>
    internal Func<(TuningRules Rules, IReadOnlyList<SettingsProblem> Problems)>? ReadAgain { get; init; }

    /// <summary>What else did not go as it should before there was a log, one sentence each.</summary>
    internal IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Runs until a signal or the engine ends it.</summary>
    /// <returns>The exit code.</returns>
    internal int Run(EngineOptions options, LogLevel minimum)
    {
        // Emptied: no configuration, no environment, no event source; what remains is lifetime, log and services.
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings
        {
            DisableDefaults = true,
            ApplicationName = Category,
            ContentRootPath = "/",
        });
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(new SinkLoggerProvider(sink, minimum));
        builder.Logging.SetMinimumLevel(minimum);
        // The host's own talk of starting and stopping is about the host.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(context);
        builder.Services.AddSingleton<IHostLifetime, SignalLifetime>();
        builder.Services.AddSingleton(services => factory(
            options,
            services.GetRequiredService<ILoggerFactory>(),
            services.GetRequiredService<TimeProvider>(),
            new DaemonObserver(Notifier, Detach)));

        using var host = builder.Build();
        var logger = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(Category);
        foreach (var problem in Problems)
            LogSettings(logger, problem);
        foreach (var warning in Warnings)
            LogWarning(logger, warning);
        try
        {
            return Run(host, logger);
        }
        catch (Exception e)
        {
            LogFailure(logger, e);
            return ExitCode.Failed;
        }
        finally
        {
            StandardError.Flush();
        }
    }

    private int Run(IHost host, ILogger logger)
    {
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        host.Start();
        var engine = host.Services.GetRequiredService<EngineHandle>();
        using var stopping = lifetime.ApplicationStopping.Register(() =>
        {
            Notifier.Stopping();
            engine.Stop();
        });
        if (ReadAgain is { } read)
            context.OnHangUp = new SettingsReload(read, engine.ChangeRules, logger).Run;
        // The engine's loop takes this thread: the host needs none, and every thread is paid for in memory.
        var code = engine.Run();
        // An engine that could not start has said why, and has nothing to sum up.
        if (code == ExitCode.Done)
        {
            foreach (var line in SummaryText.Lines(engine.Queries.Summary()))
                LogSummary(logger, line);
        }

        lifetime.StopApplication();
        host.StopAsync().GetAwaiter().GetResult();
        return code;
    }

    [LoggerMessage(EventId = 7002, Level = LogLevel.Warning, Message = "{Problem}; it is passed over")]
    internal static partial void LogSettings(ILogger logger, SettingsProblem problem);

    [LoggerMessage(EventId = 7005, Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void LogWarning(ILogger logger, string warning);

    [LoggerMessage(EventId = 7003, Level = LogLevel.Critical, Message = "the daemon cannot go on")]
    private static partial void LogFailure(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 7004, Level = LogLevel.Information, Message = "summary: {Line}")]
    private static partial void LogSummary(ILogger logger, string line);
}
