using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace BpfTune.Cli.LiveTests;

/// <summary>A daemon in the foreground whose log is read.</summary>
internal sealed partial class RunningDaemon : IDisposable
{
    private readonly ManualResetEventSlim _ready = new();
    private readonly ConcurrentQueue<string> _log = new();

    internal RunningDaemon(Command command, IReadOnlyDictionary<string, string>? environment = null, params string[] arguments)
    {
        Process = command.Start(environment ?? new Dictionary<string, string>(), arguments);
        Process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is null)
                return;
            _log.Enqueue(e.Data);
            if (e.Data.Contains(" on Linux ", StringComparison.Ordinal))
                _ready.Set();
        };
        Process.BeginErrorReadLine();
        if (!_ready.Wait(Command.Patience))
            Assert.Fail($"the daemon does not become ready:\n{Log}");
    }

    internal Process Process { get; }

    internal string Log => string.Join('\n', _log);

    /// <summary>The BPF programs that it holds.</summary>
    internal IReadOnlyCollection<uint> ProgramIds() => BpfTune.Lab.BpfDescriptors.ProgramIds(Process.Id);

    /// <summary>Sends a signal and waits for the end.</summary>
    /// <returns>How long that took.</returns>
    internal TimeSpan Signal(PosixSignal signal)
    {
        var number = signal switch
        {
            PosixSignal.SIGTERM => 15,
            PosixSignal.SIGINT => 2,
            _ => throw new ArgumentOutOfRangeException(nameof(signal)),
        };
        var watch = Stopwatch.StartNew();
        Assert.Equal(0, Kill(Process.Id, number));
        Assert.True(Process.WaitForExit(Command.Patience), "the daemon does not stop");
        watch.Stop();
        Process.WaitForExit();
        return watch.Elapsed;
    }

    public void Dispose()
    {
        if (!Process.HasExited)
        {
            Process.Kill();
            Process.WaitForExit(Command.Patience);
        }

        Process.Dispose();
        _ready.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    internal static partial int Kill(int process, int signal);
}
