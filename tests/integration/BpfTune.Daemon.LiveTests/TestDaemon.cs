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

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="libDirectory">Where the tuners are; the published ones by default.</param>
    /// <param name="arguments">More arguments.</param>
    public TestDaemon(string? libDirectory = null, params string[] arguments)
    {
        Process = LabDaemon.Start(new DaemonOptions
        {
            Path = Suite.Executable,
            // As in the unit: packaging/systemd/bpftune.service.
            Environment = new Dictionary<string, string> { ["DOTNET_GCgen0size"] = "0x100000", ["DOTNET_EnableDiagnostics"] = "0" },
            Arguments = ["-s", "-d", "--libdir", libDirectory ?? Suite.Tuners, .. Places, .. arguments],
        });
        Process.WaitReady(Patience);
    }

    public LabDaemon Process { get; }

    public string Log => string.Join('\n', Process.Lines.Select(l => l.Text));

    private string[] Places => ["--runtime-dir", _directory.FullName + "/run", "--state-dir", _directory.FullName + "/state", "--config", "/nonexistent"];

    /// <summary>Programs of ours in the kernel, by the name that bpftool shows.</summary>
    public static IReadOnlyList<string> ProgramsInKernel() =>
        [.. BpfInventory.Programs().Select(p => p.Name).Where(n => n.StartsWith("bpftune_", StringComparison.Ordinal)).Order()];

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
