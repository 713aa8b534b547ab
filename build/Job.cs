using System.Diagnostics;
using System.Runtime.InteropServices;
using Nuke.Common;
using Nuke.Common.Tooling;
using Serilog;

/// <summary>
/// A program that the build started, in a session of its own, so that all which that program starts can be found and ended with it: at its
/// time limit, and when the build is told to end. NUKE ends at most the program itself, and knows no exit code of one that it gave up on.
/// </summary>
internal sealed partial class Job : IDisposable
{
    private const int SignalTerminate = 15;
    private const int SignalKill = 9;

    private static readonly Lock Gate = new();
    private static readonly HashSet<Job> Running = [];
    private static bool s_ending;

    // The runtime would end at once, without a word to anybody. An interrupt from the terminal does not reach other sessions, so it is passed on too.
    private static readonly PosixSignalRegistration[] Signals =
    [
        .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, EndAll)),
    ];

    private readonly string _command;
    private readonly IProcess _process;
    private readonly Task _reading;

    private Job(string command, IProcess process)
    {
        _command = command;
        _process = process;

        // Without a time limit it also waits until the last line is read.
        _reading = Task.Run(process.WaitForExit);
    }

    /// <summary>How long a program that is told to end may take to clear away what it has in the kernel, and how long its last lines may take.</summary>
    public static TimeSpan TimeToTidy { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>What it has written to its standard output.</summary>
    public IEnumerable<string> Output => _process.Output.Where(line => line.Type == OutputType.Std).Select(line => line.Text);

    /// <summary>Its exit code.</summary>
    /// <exception cref="InvalidOperationException">It has not ended.</exception>
    public int ExitCode => _process.ExitCode;

    /// <summary>Starts a program.</summary>
    /// <param name="tool">Its path, or a name to be looked for on the PATH.</param>
    /// <param name="arguments">Its arguments, one text each.</param>
    /// <param name="directory">Where it runs.</param>
    /// <param name="environment">Its whole environment; that of the build, if null.</param>
    /// <param name="show">Where its lines go as they come; if null, neither they nor the command are shown.</param>
    public static Job Start(string tool, string[] arguments, string directory, IReadOnlyDictionary<string, string>? environment = null, Action<string>? show = null)
    {
        lock (Gate)
        {
            StayIfEnding();
            GC.KeepAlive(Signals); // which also registers them, the first time
            var command = CommandLine.Of([tool, .. arguments]);
            if (show is not null)
                Log.Information("> {Command}", command);

            // The program starts as no leader of a group, so setsid becomes it, and the session has the number of the process.
            var process = ProcessTasks.StartProcess(
                "setsid", command, directory, environment, logOutput: show is not null, logInvocation: false, logger: (_, line) => show!(line));
            var job = new Job(command, process);
            Running.Add(job);
            return job;
        }
    }

    /// <summary>Waits until the program has ended. What it started and left behind is ended then.</summary>
    /// <param name="limit">How long at most; for ever, if null.</param>
    /// <returns>False if it had to be ended. It has no exit code of its own then.</returns>
    public bool WaitForExit(TimeSpan? limit = null)
    {
        var clock = Stopwatch.StartNew();
        while (!_reading.Wait(TimeSpan.FromMilliseconds(100)) && !_process.HasExited)
        {
            if (clock.Elapsed < limit || limit is null)
                continue;

            StayIfEnding();
            Terminate();
            EndSession();
            Forget();
            return false;
        }

        StayIfEnding();

        // Whoever it left behind may still have something to say.
        _reading.Wait(TimeToTidy);
        EndSession();
        Forget();
        return true;
    }

    /// <summary>Waits, and fails unless the program ended well.</summary>
    public Job AssertZeroExitCode()
    {
        WaitForExit();
        Assert.True(ExitCode == 0, $"Exit code {ExitCode}: {_command}");
        return this;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Forget();
        _process.Dispose();
    }

    private static void EndAll(PosixSignalContext context)
    {
        context.Cancel = true;
        List<Job> jobs;
        lock (Gate)
        {
            Volatile.Write(ref s_ending, true);
            jobs = [.. Running];
        }

        Task.WaitAll(jobs.Select(job => Task.Run(job.Terminate)));
        Task.WaitAll(jobs.Select(job => Task.Run(job.EndSession)));
        Environment.Exit(context.Signal switch { PosixSignal.SIGHUP => 129, PosixSignal.SIGINT => 130, _ => 143 });
    }

    // Once the build is ending, no target goes on, and none fails because its program was ended.
    private static void StayIfEnding()
    {
        if (Volatile.Read(ref s_ending))
            Thread.Sleep(Timeout.Infinite);
    }

    private void Forget()
    {
        lock (Gate)
            Running.Remove(this);
    }

    // It alone at first: it may have to end the others in an order of its own.
    private void Terminate()
    {
        if (_process.HasExited)
            return;
        _ = kill(_process.Id, SignalTerminate);
        Until(() => _process.HasExited);
    }

    // What is left when it has ended, or will not. The last lines are read when nobody has them open for writing any more.
    private void EndSession()
    {
        if (!(EndSession(SignalTerminate) || EndSession(SignalKill)) || !_reading.Wait(TimeToTidy))
            Log.Warning("Something that was started by this goes on, and the build does not wait for it: {Command}", _command);
    }

    private bool EndSession(int signal)
    {
        var told = new HashSet<int>();
        return Until(() =>
        {
            var members = Session.Members(_process.Id);
            foreach (var member in members.Where(told.Add))
                _ = kill(member, signal);
            return members.Count == 0;
        });
    }

    private static bool Until(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > TimeToTidy)
                return false;
            Thread.Sleep(20);
        }

        return true;
    }

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}
