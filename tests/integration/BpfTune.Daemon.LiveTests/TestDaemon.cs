using System.Diagnostics;
using System.Text.Json;
using BpfTune.Lab;
using BpfTune.LibBpf;
using LabDaemon = BpfTune.Lab.Daemon;

namespace BpfTune.Daemon.LiveTests;

/// <summary>The daemon with directories of its own, so that neither an installed one nor its journal is touched.</summary>
internal sealed class TestDaemon : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bpftune-test-");
    private readonly DaemonOptions _options;

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="libDirectory">Where the tuners are; the published ones by default.</param>
    /// <param name="arguments">More arguments.</param>
    public TestDaemon(string? libDirectory = null, params string[] arguments)
        : this(libDirectory, null, arguments)
    {
    }

    private TestDaemon(string? libDirectory, string? settings, string[] arguments)
    {
        if (settings is not null)
            Configure(settings);
        _options = new DaemonOptions
        {
            Path = Suite.Executable,
            // As in the unit: packaging/systemd/bpftune.service.
            Environment = new Dictionary<string, string> { ["DOTNET_GCgen0size"] = "0x100000", ["DOTNET_EnableDiagnostics"] = "0" },
            Arguments = ["-s", "-d", "--libdir", libDirectory ?? Suite.Tuners, .. Places, .. arguments],
        };
        Process = LabDaemon.Start(_options);
        Process.WaitReady(Patience);
    }

    public LabDaemon Process { get; private set; }

    /// <summary>Starts one with a settings file.</summary>
    public static TestDaemon WithSettings(string settings, params string[] arguments) => new(null, settings, arguments);

    /// <summary>Writes the settings file anew.</summary>
    public void Configure(string settings)
    {
        Directory.CreateDirectory(Config);
        File.WriteAllText(SettingsFile, settings);
    }

    /// <summary>Has a running one read it again.</summary>
    public void ReadAgain() => Tool.Run("kill", "-HUP", $"{Process.ProcessId}").OrThrow();

    /// <summary>Another one with the same directories, after the end of the one before.</summary>
    public void StartAgain()
    {
        Process.Dispose();
        Process = LabDaemon.Start(_options);
        Process.WaitReady(Patience);
    }

    public string Log => string.Join('\n', Process.Lines.Select(l => l.Text));

    public string ControlSocket => _directory.FullName + "/run/control.sock";

    /// <summary>Where its settings file is; there is none unless one was written.</summary>
    public string SettingsFile => Config + "/bpftune.conf";

    private string Config => _directory.FullName + "/config";

    private string[] Places => ["--runtime-dir", _directory.FullName + "/run", "--state-dir", _directory.FullName + "/state", "--config", Config];

    /// <summary>The programs that it holds, by id. Another daemon may run on this machine: names would not tell them apart.</summary>
    public IReadOnlySet<uint> Programs() => BpfDescriptors.ProgramIds(Process.ProcessId);

    /// <summary>Their names, as bpftool shows them.</summary>
    public IReadOnlyList<string> ProgramNames()
    {
        var held = Programs();
        return [.. BpfInventory.Programs().Where(p => held.Contains(p.Id)).Select(p => p.Name).Order()];
    }

    /// <summary>How many of these programs are in the kernel still.</summary>
    public static int Alive(IReadOnlySet<uint> programs) => BpfInventory.Programs().Count(p => programs.Contains(p.Id));

    /// <summary>Runs a verb against this daemon.</summary>
    public string Ask(params string[] verb)
    {
        var result = TryAsk(verb);
        Assert.True(result.ExitCode == 0, $"bpftune {string.Join(' ', verb)}: exit code {result.ExitCode}: {result.Output}{result.Error}");
        return result.Output;
    }

    /// <summary>Runs a verb with this daemon's directories, whether it runs or not.</summary>
    public ToolResult TryAsk(params string[] verb) => Tool.Run(
        Suite.Executable,
        [.. verb, "--runtime-dir", _directory.FullName + "/run", .. verb[0] == "rollback" ? (string[])["--state-dir", _directory.FullName + "/state"] : []]);

    /// <summary>What -q rollback prints, whether it runs or not.</summary>
    public string Script() =>
        Tool.Run(Suite.Executable, "-q", "rollback", "--runtime-dir", _directory.FullName + "/run", "--state-dir", _directory.FullName + "/state").OrThrow().Output;

    /// <summary>As <see cref="Ask"/>, parsed.</summary>
    public JsonElement AskJson(params string[] verb) => JsonDocument.Parse(Ask([.. verb, "--json"])).RootElement;

    /// <summary>Waits until something is so.</summary>
    public void WaitUntil(Func<bool> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
                Assert.Fail($"{what}: not so after {Patience.TotalSeconds} s; the daemon said:\n{Log}");
            Thread.Sleep(50);
        }
    }

    public void Dispose()
    {
        Process.Dispose();
        _directory.Delete(recursive: true);
    }
}
