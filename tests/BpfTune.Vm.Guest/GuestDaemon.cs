using System.Diagnostics;
using BpfTune.Engine.Control;
using BpfTune.Lab;
using LabDaemon = BpfTune.Lab.Daemon;

namespace BpfTune.Vm.Guest;

/// <summary>The installed daemon, as the command starts it, with a journal of its own; its control socket is asked directly.</summary>
internal sealed class GuestDaemon : IDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bpftune-guest-");
    private readonly ControlClient _client;

    /// <summary>Starts it with rollback at its end, and waits until it is ready.</summary>
    /// <param name="forbidden">Mechanisms and programs that it must not use.</param>
    /// <param name="arguments">More arguments.</param>
    internal GuestDaemon(IEnumerable<string> forbidden, params string[] arguments)
    {
        Process = LabDaemon.Start(new DaemonOptions
        {
            Path = "/usr/bin/bpftune",
            Environment = new Dictionary<string, string> { ["BPFTUNE_FORBID"] = string.Join(',', forbidden) },
            Arguments =
            [
                "-s", "-d", "-R", "--runtime-dir", _directory.FullName + "/run", "--state-dir", _directory.FullName + "/state",
                "--config", "/nonexistent", .. arguments,
            ],
        });
        try
        {
            ReadyAfter = Process.WaitReady(Patience);
            _client = new ControlClient(ControlEndpoint.Unix(_directory.FullName + "/run/control.sock"));
        }
        catch (LabException exception)
        {
            var log = Log;
            Dispose();
            throw new LabException($"{exception.Message}\n{log}", exception);
        }
    }

    internal LabDaemon Process { get; }

    internal TimeSpan ReadyAfter { get; }

    internal string Log => string.Join('\n', Process.Lines.Select(line => line.Text));

    internal EngineStatus Status() => ControlClient.Read(_client.Ask(new ControlRequest("status")), ControlJson.Readable.EngineStatus);

    internal IReadOnlyList<TunerReport> Tuners() =>
        ControlClient.Read(_client.Ask(new ControlRequest("tuners")), ControlJson.Readable.IReadOnlyListTunerReport);

    internal TunerReport Tuner(string name) => Tuners().Single(tuner => tuner.Name == name);

    internal IReadOnlyList<NamespaceReport> Namespaces() =>
        ControlClient.Read(_client.Ask(new ControlRequest("namespaces")), ControlJson.Readable.IReadOnlyListNamespaceReport);

    /// <summary>The first change of a tunable, upwards of what it was; null if there is none.</summary>
    /// <param name="tunable">Its full name.</param>
    /// <param name="place">The namespace's name; null for any.</param>
    internal ChangeReport? Change(string tunable, string? place = null) =>
        ControlClient.Read(_client.Ask(new ControlRequest("changes", Limit: 1000)), ControlJson.Readable.IReadOnlyListChangeReport)
            .LastOrDefault(change => change.Tunable == tunable && (place is null || change.Namespace == place));

    /// <summary>Waits until something is so; false when it never was.</summary>
    internal static bool Eventually(Func<bool> condition, double seconds)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start).TotalSeconds > seconds)
                return false;
            Thread.Sleep(50);
        }

        return true;
    }

    public void Dispose()
    {
        Process.Dispose();
        _directory.Delete(recursive: true);
    }
}
