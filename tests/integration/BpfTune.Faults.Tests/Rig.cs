using System.Globalization;
using System.Text.Json;
using BpfTune.Daemon.LiveTests;
using BpfTune.Lab;
using LabDaemon = BpfTune.Lab.Daemon;

namespace BpfTune.Faults.Tests;

/// <summary>
/// The published daemon with directories of its own, and a network namespace of its own for its global one: to be started
/// and killed as often as one likes.
/// </summary>
internal sealed class Rig : IDisposable
{
    /// <summary>A deadline, not a measurement: the machine may be busy.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Not below /tmp: a directory that anybody may write to is refused, and rightly.
    private readonly DirectoryInfo _tuners = Directory.CreateDirectory($"/var/lib/bpftune-faults-{Environment.ProcessId}-{Guid.NewGuid():N}");
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bpftune-faults-");
    private readonly bool _isMachines;

    /// <param name="state">The directory of the journal; one of its own by default.</param>
    /// <param name="isMachines">Whether it runs in the machine's first network namespace: only there are settings of the whole machine.</param>
    public Rig(string? state = null, bool isMachines = false)
    {
        State = state ?? _directory.FullName + "/state";
        _isMachines = isMachines;
        Own = LabNamespace.Create("own");
    }

    /// <summary>The daemon's namespace.</summary>
    public LabNamespace Own { get; }

    /// <summary>The directory of the journal.</summary>
    public string State { get; }

    public string Journal => State + "/journal.jsonl";

    public string ControlSocket => _directory.FullName + "/run/control.sock";

    /// <summary>For the tuners.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>The one started last; null before.</summary>
    public LabDaemon? Daemon { get; private set; }

    public string Log => Daemon is null ? "" : string.Join('\n', Daemon.Lines.Select(line => line.Text));

    /// <summary>Where a tuner's file is.</summary>
    public string PathOf(string tuner) => Path.Combine(_tuners.FullName, tuner + ".tuner.dll");

    /// <summary>The bytes of a test tuner, or of a published one.</summary>
    public static byte[] Read(string tuner)
    {
        using var stream = typeof(Rig).Assembly.GetManifestResourceStream("tuners/" + tuner);
        if (stream is null)
            return File.ReadAllBytes(Path.Combine(Suite.Tuners, tuner + ".tuner.dll"));
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Puts a tuner there as package managers do: in one step.</summary>
    public void Plug(string tuner, byte[] content)
    {
        var place = PathOf(tuner);
        File.WriteAllBytes(place + ".new", content);
        File.Move(place + ".new", place, overwrite: true);
    }

    public void Unplug(string tuner) => File.Delete(PathOf(tuner));

    /// <summary>Starts the daemon, and does not wait for it.</summary>
    public LabDaemon Launch(params string[] arguments)
    {
        // What it says to a service manager goes by a socket that is in another network namespace.
        string[] enter = _isMachines ? [] : ["--net=" + Own.Path];
        Daemon?.Dispose();
        return Daemon = LabDaemon.Start(new DaemonOptions
        {
            Path = "/usr/bin/nsenter",
            Environment = new Dictionary<string, string>(Variables) { ["DOTNET_GCgen0size"] = "0x100000", ["DOTNET_EnableDiagnostics"] = "0" },
            Arguments = [.. enter, "--", "env", "-u", "NOTIFY_SOCKET", Suite.Executable, "-s", "-d", "--libdir", _tuners.FullName, "--config", "/nonexistent", .. Places, .. arguments],
        });
    }

    /// <summary>Starts it and waits until it is ready.</summary>
    public LabDaemon Start(params string[] arguments)
    {
        var daemon = Launch(arguments);
        WaitReady();
        return daemon;
    }

    /// <summary>Waits for the line that it says when it is ready.</summary>
    /// <exception cref="LabException">It ended, or time ran out.</exception>
    public void WaitReady() => Daemon!.WaitForLine(text => text.Contains(" on Linux ", StringComparison.Ordinal) && text.Contains(" running", StringComparison.Ordinal), Patience);

    /// <summary>Runs a verb, whether the daemon runs or not. One that does not come back is ended.</summary>
    public ToolResult TryAsk(params string[] verb) => Tool.Run(
        "timeout",
        [string.Create(CultureInfo.InvariantCulture, $"{Patience.TotalSeconds}"), Suite.Executable, .. verb, .. verb[0] == "rollback" ? Places[..4] : Places[..2]]);

    public string Ask(params string[] verb)
    {
        var result = TryAsk(verb);
        Assert.True(result.ExitCode == 0, $"bpftune {string.Join(' ', verb)}: exit code {result.ExitCode}: {result.Output}{result.Error}; the daemon said:\n{Log}");
        return result.Output;
    }

    public JsonElement AskJson(params string[] verb) => JsonDocument.Parse(Ask([.. verb, "--json"])).RootElement;

    /// <summary>The state of a tuner; null when the daemon does not know of it, or is just ending.</summary>
    public string? StateOf(string tuner) => TryAsk("tuners", "--json") is { ExitCode: 0 } answer
        ? JsonDocument.Parse(answer.Output).RootElement.EnumerateArray()
            .Where(t => t.GetProperty("name").GetString() == tuner)
            .Select(t => t.GetProperty("state").GetString())
            .FirstOrDefault()
        : null;

    public void WaitUntil(Func<bool> condition, string what)
    {
        for (var start = Daemon!.Age; !condition(); Thread.Sleep(20))
            Assert.True(Daemon.Age - start < Patience, $"{what}: not so after {Patience.TotalSeconds} s; the daemon said:\n{Log}");
    }

    /// <summary>Puts everything back while no daemon runs, which must go without a complaint.</summary>
    public string RollBack()
    {
        var result = TryAsk("rollback");
        Assert.True(result.ExitCode == 0, $"rollback: exit code {result.ExitCode}: {result.Output}{result.Error}");
        return result.Output;
    }

    public void Dispose()
    {
        try
        {
            if (Daemon is { HasExited: false } daemon)
                daemon.Kill();
            Daemon?.Dispose();
        }
        finally
        {
            Own.Dispose();
            _tuners.Delete(recursive: true);
            _directory.Delete(recursive: true);
        }
    }

    private string[] Places => ["--runtime-dir", _directory.FullName + "/run", "--state-dir", State];
}
