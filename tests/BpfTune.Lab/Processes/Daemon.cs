using System.Diagnostics;
using System.Text.RegularExpressions;
using BpfTune.Lab.Native;

namespace BpfTune.Lab;

/// <summary>A daemon under observation: its lines with their times, its readiness, its usage, its end.</summary>
public sealed partial class Daemon : IDisposable
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(20);

    // A child that it left behind may hold its output open: what came until then is all that counts.
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);

    private readonly DaemonOptions _options;
    private readonly List<DaemonLine> _lines = [];
    private readonly NotifySocket _notify = new();
    private readonly long _start = Stopwatch.GetTimestamp();
    private Process _process = null!;
    private Task _readers = Task.CompletedTask;
    private bool _disposed;

    private Daemon(DaemonOptions options) => _options = options;

    /// <summary>Its process id.</summary>
    public int ProcessId { get; private set; }

    /// <summary>Time since its start.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(_start);

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>How it ended: 128 + the signal's number when a signal killed it.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>All lines so far.</summary>
    public IReadOnlyList<DaemonLine> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>What it uses now; null when it has ended.</summary>
    public ProcessUsage? Usage => ProcessUsage.TryRead(ProcessId);

    /// <summary>Starts it. It is stopped with SIGTERM, then SIGKILL, when this is disposed of or this process ends.</summary>
    /// <exception cref="LabException">It cannot be started at all.</exception>
    public static Daemon Start(DaemonOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        lock (LabLifetime.Gate)
        {
            var daemon = new Daemon(options);
            try
            {
                daemon.Launch();
                LabLifetime.Register(daemon);
                return daemon;
            }
            catch
            {
                daemon.Dispose();
                throw;
            }
        }
    }

    /// <summary>Waits until it says that it is ready: READY=1 as to systemd, or a line with the word 'ready'.</summary>
    /// <returns>The time that it took.</returns>
    /// <exception cref="LabException">It ended, or time ran out.</exception>
    public TimeSpan WaitReady(TimeSpan timeout)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            if (_notify.TryWait("READY=1", s_step) || Lines.Any(line => ReadyWord().IsMatch(line.Text)))
            {
                return Age;
            }

            ThrowIfEnded("before it was ready");
            if (Stopwatch.GetElapsedTime(start) > timeout)
            {
                throw new LabException($"{Name} was not ready after {timeout.TotalSeconds:0.#} s; {LastWords}");
            }
        }
    }

    /// <summary>Waits for a line, among those that came already too.</summary>
    /// <param name="predicate">Which line.</param>
    /// <param name="timeout">How long.</param>
    /// <param name="after">Lines to leave out: a former count of <see cref="Lines"/>.</param>
    /// <exception cref="LabException">It ended without that line, or time ran out.</exception>
    public DaemonLine WaitForLine(Func<string, bool> predicate, TimeSpan timeout, int after = 0)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            // Asked before the lines are looked at, else the last line could come in between.
            bool ended = HasExited && _readers.IsCompleted;
            if (Lines.Skip(after).FirstOrDefault(line => predicate(line.Text)) is { } found)
            {
                return found;
            }

            if (ended)
            {
                ThrowIfEnded("before it printed the line that was waited for");
            }

            if (Stopwatch.GetElapsedTime(start) > timeout)
            {
                throw new LabException($"{Name} did not print the line that was waited for within {timeout.TotalSeconds:0.#} s; {LastWords}");
            }

            Thread.Sleep(s_step);
        }
    }

    /// <summary>Asks it to end with SIGTERM, and waits.</summary>
    /// <exception cref="LabException">It did not end in time (it is killed then).</exception>
    public DaemonExit Stop(TimeSpan timeout) => End(Interop.SIGTERM, timeout);

    /// <summary>As a Ctrl-C: SIGINT.</summary>
    /// <exception cref="LabException">It did not end in time (it is killed then).</exception>
    public DaemonExit Interrupt(TimeSpan timeout) => End(Interop.SIGINT, timeout);

    /// <summary>Kills it with SIGKILL: no rollback, no tidying up.</summary>
    public DaemonExit Kill() => End(Interop.SIGKILL, TimeSpan.FromSeconds(5));

    /// <summary>Stops it if it still runs.</summary>
    public void Dispose()
    {
        lock (LabLifetime.Gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            LabLifetime.Forget(this);
            try
            {
                if (_process is not null && !_process.HasExited)
                {
                    Stop(TimeSpan.FromSeconds(10));
                }
            }
            finally
            {
                // It may have ended by itself a moment ago: its last words count.
                _readers.Wait(s_lastWords);
                _notify.Dispose();
            }
        }
    }

    private string Name => Path.GetFileName(_options.Path);

    private string LastWords => Lines.LastOrDefault(line => line.Text.Trim().Length > 0) is { } line
        ? $"its last line: {line.Text.Trim()}"
        : "it printed nothing";

    private void Launch()
    {
        if (!File.Exists(_options.Path))
        {
            throw new LabException($"there is no daemon at {_options.Path}");
        }

        bool managed = _options.Path.EndsWith(".dll", StringComparison.Ordinal);
        string path = Path.GetFullPath(_options.Path);
        ProcessStartInfo info = managed
            ? Tool.Info("dotnet", [path, .. _options.Arguments])
            : Tool.Info(path, [.. _options.Arguments]);
        foreach ((string key, string value) in _options.Environment)
        {
            info.Environment[key] = value;
        }

        info.Environment["NOTIFY_SOCKET"] = _notify.Address;
        _process = Tool.StartDetached(info);
        _process.StandardInput.Close();
        ProcessId = _process.Id;
        _readers = Task.WhenAll(
            Task.Run(() => ReadLines(_process.StandardOutput, isError: false)),
            Task.Run(() => ReadLines(_process.StandardError, isError: true)));
    }

    private async Task ReadLines(StreamReader reader, bool isError)
    {
        while (await reader.ReadLineAsync().ConfigureAwait(false) is { } text)
        {
            var line = new DaemonLine(Age, isError, text);
            lock (_lines)
            {
                _lines.Add(line);
            }

            _options.OnLine?.Invoke(line);
        }
    }

    private DaemonExit End(int signal, TimeSpan timeout)
    {
        ProcessUsage? usage = Usage;
        long start = Stopwatch.GetTimestamp();

        // ESRCH: it has ended by itself meanwhile, which the wait will show.
        Interop.Kill(ProcessId, signal);
        if (!_process.WaitForExit(timeout))
        {
            Interop.Kill(ProcessId, Interop.SIGKILL);
            _process.WaitForExit();
            throw new LabException($"{Name} did not end within {timeout.TotalSeconds:0.#} s of signal {signal} and was killed; {LastWords}");
        }

        TimeSpan taken = Stopwatch.GetElapsedTime(start);
        _readers.Wait(s_lastWords);
        return new DaemonExit(_process.ExitCode, taken, usage);
    }

    private void ThrowIfEnded(string when)
    {
        if (HasExited)
        {
            _readers.Wait(s_lastWords);
            throw new LabException($"{Name} ended with exit code {ExitCode} {when}; {LastWords}");
        }
    }

    [GeneratedRegex(@"\bready\b", RegexOptions.IgnoreCase)]
    private static partial Regex ReadyWord();
}
