using System.Text.Json;
using BpfTune.Daemon;
using BpfTune.Doctor;
using BpfTune.Engine;
using BpfTune.Engine.Control;
using BpfTune.Engine.Kernel;
using BpfTune.Logging;
using BpfTune.Rendering;
using BpfTune.Settings;
using Microsoft.Extensions.Logging;

namespace BpfTune.CommandLine;

/// <summary>Does what the command line asks for.</summary>
internal sealed class Commands(IReadOnlyList<string> commandLine, TextWriter output, TextWriter error) : ICommands
{
    private static readonly (string Query, string Text)[] s_queries =
    [
        ("help", "show the queries there are"),
        ("tuners", "show the tuners and their state"),
        ("tunables", "show what the tuners manage, with bounds and values"),
        ("jtunables", "show kind and number of each tunable's values as JSON, by tuner"),
        ("summary", "show what was changed since the start"),
        ("status", "show the daemon, its tuners and the values of their tunables"),
        ("jstatus", "show the values of tunables as JSON, by tuner"),
        ("rollback", "show the commands that would put everything back"),
    ];

    private readonly Client _client = new(output, error);

    /// <inheritdoc/>
    public int Run(RunArguments arguments)
    {
        var isChild = Detachment.IsChild();
        if (arguments.Detach && !isChild)
            return Detachment.Start(commandLine);
        OpenFiles.RaiseHard();
        return new DaemonCommand(error) { Confine = Confinement.Enter, SystemLog = StandardError.SystemLog }.Run(arguments);
    }

    /// <inheritdoc/>
    public int Doctor(DaemonSettings settings, string configDirectory, bool json)
    {
        OpenFiles.RaiseHard();
        var (options, problems, debug) = Layer(settings, configDirectory);
        using var loggers = Loggers(debug);
        var report = new Examination(options, problems, loggers.CreateLogger("doctor")).Run(InstanceLock.Holder(options.PidFilePath));
        if (json)
            output.WriteLine(JsonSerializer.Serialize(report, DoctorJson.Readable.DoctorReport));
        else
            DoctorText.Write(output, report);
        return report.Verdict();
    }

    /// <inheritdoc/>
    public int Support(DaemonSettings settings, string configDirectory)
    {
        var (options, _, _) = Layer(settings, configDirectory);
        var kernel = KernelCapabilities.Probe();
        foreach (var line in SupportText.Lines(kernel.Critical, kernel.Features, options.Legacy))
            output.WriteLine(line);
        return kernel.Critical.IsEmpty ? ExitCode.Done : ExitCode.Unsupported;
    }

    /// <inheritdoc/>
    public int PrintLibDirectory()
    {
        output.WriteLine(LibDirectory.Of(AppContext.BaseDirectory));
        return ExitCode.Done;
    }

    /// <inheritdoc/>
    public int PrintVersion()
    {
        output.WriteLine($"bpftune {EngineVersion.Number}");
        return ExitCode.Done;
    }

    /// <inheritdoc/>
    public int Show(Listing listing, ClientArguments client) => _client.Show(listing, client);

    /// <inheritdoc/>
    public int Resume(string tuner, string? networkNamespace, ClientArguments client) =>
        _client.Resume(tuner, networkNamespace, client);

    /// <inheritdoc/>
    public int Order(string order, IReadOnlyList<string> ids, ClientArguments client) => _client.Order(order, ids, client);

    /// <inheritdoc/>
    public int Rollback(bool preview, ClientArguments client) =>
        _client.Rollback(preview, client, RollbackText.Write, () => Offline(preview, client));

    /// <inheritdoc/>
    public int RollbackScript(ClientArguments client) =>
        _client.Rollback(preview: true, client, RollbackScriptText.Write, () => Offline(preview: true, client));

    /// <inheritdoc/>
    public int QueryHelp()
    {
        var table = new TextTable("QUERY", "WHAT IT SHOWS");
        foreach (var (query, text) in s_queries)
            table.Add(query, text);
        table.Write(output);
        return ExitCode.Done;
    }

    private static IReadOnlyList<RollbackReport> Offline(bool preview, ClientArguments client)
    {
        using var loggers = Loggers(debug: false);
        return OfflineRollback.Run(client.ToEngineOptions(), preview, loggers);
    }

    private static ILoggerFactory Loggers(bool debug)
    {
        var minimum = debug ? LogLevel.Debug : LogLevel.Warning;
        return LoggerFactory.Create(builder => builder
            .AddProvider(new SinkLoggerProvider(StandardError.Sink(plain: true, TimeProvider.System), minimum))
            .SetMinimumLevel(minimum));
    }

    private static (EngineOptions Options, IReadOnlyList<SettingsProblem> Problems, bool Debug) Layer(DaemonSettings settings, string directory)
    {
        var (files, problems) = SettingsFiles.Read(directory);
        var all = settings.Over(files);
        return (all.ToEngineOptions(), problems, all.Debug ?? false);
    }
}
