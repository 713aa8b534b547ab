using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Nuke.Common.Tooling;

internal sealed partial class StartedProcess : IProcess
{
    private const int SignalTerminate = 15;
    private static readonly TimeSpan TimeToTidy = TimeSpan.FromSeconds(10);
    private static readonly ConcurrentDictionary<StartedProcess, bool> Running = [];

    private readonly Process _process;
    private readonly int? _timeout;
    private readonly ConcurrentQueue<Output> _output = new();

    // A build that is told to end takes along what it started, and waits for it: that may have namespaces and programs in the kernel to
    // clear away. (The runtime itself ends at once, without a word to anybody.)
    private static readonly PosixSignalRegistration[] Signals =
    [
        .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, End)),
    ];

    public StartedProcess(ProcessStartInfo start, int? timeout, Action<OutputType, string>? logger)
    {
        _timeout = timeout;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(OutputType.Std, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(OutputType.Err, line.Data);
        GC.KeepAlive(Signals); // which also registers them, the first time
        _process.Start();
        Running[this] = true;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        // One writer at a time: both streams may speak at once.
        void Keep(OutputType type, string? text)
        {
            if (text is null)
                return;

            lock (_output)
            {
                _output.Enqueue(new Output { Type = type, Text = text });
                logger?.Invoke(type, text);
            }
        }
    }

    public string FileName => _process.StartInfo.FileName;

    public string Arguments => _process.StartInfo.Arguments;

    public string WorkingDirectory => _process.StartInfo.WorkingDirectory;

    public IReadOnlyCollection<Output> Output => _output;

    public int ExitCode => _process.ExitCode;

    public bool WaitForExit()
    {
        if (_timeout is { } timeout && !_process.WaitForExit(timeout))
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
            Running.TryRemove(this, out _);
            return false;
        }

        // Without a time it also waits until the last line has been read.
        _process.WaitForExit();
        Running.TryRemove(this, out _);
        return true;
    }

    public void Dispose()
    {
        Running.TryRemove(this, out _);
        _process.Dispose();
    }

    private static void End(PosixSignalContext context)
    {
        context.Cancel = true;
        var children = Running.Keys.Where(running => !running._process.HasExited).ToList();

        // An interrupt comes from a terminal, which has sent it to the children as well.
        if (context.Signal != PosixSignal.SIGINT)
            children.ForEach(child => _ = kill(child._process.Id, SignalTerminate));
        children.ForEach(child => child._process.WaitForExit(TimeToTidy));
        Environment.Exit(context.Signal == PosixSignal.SIGINT ? 130 : 143);
    }

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}
