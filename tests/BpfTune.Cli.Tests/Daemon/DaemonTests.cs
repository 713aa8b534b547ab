using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using BpfTune.CommandLine;
using BpfTune.Cli.Tests.Logging;
using BpfTune.Daemon;
using BpfTune.Engine;
using BpfTune.Engine.Control;
using BpfTune.Engine.Tests.Control;
using BpfTune.Engine.Tuning;
using BpfTune.Logging;
using BpfTune.Settings;
using Microsoft.Extensions.Logging;

namespace BpfTune.Cli.Tests.Daemon;

/// <summary>The daemon around an engine that does nothing. Signals are sent to this very process (but not SIGINT, which would cancel the test run).</summary>
public sealed partial class DaemonTests : IDisposable
{
    private const int Terminate = 15; // SIGTERM
    private const int HangUp = 1; // SIGHUP

    private readonly TemporaryDirectory _directory = new();
    private readonly ListSink _sink = new();
    private readonly string _notifyName = $"bpftune-test-{Guid.NewGuid():N}";
    private readonly Socket _manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 5000 };

    public DaemonTests() => _manager.Bind(new UnixDomainSocketEndPoint("\0" + _notifyName));

    public void Dispose()
    {
        _manager.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(Terminate, false, "SIGTERM")]
    [InlineData(HangUp, true, "SIGHUP")]
    public void A_signal_stops_it_cleanly(int signal, bool terminal, string name)
    {
        var engine = new FakeEngine { OnRun = () => Kill(signal) };

        var code = Run(engine, terminal);

        Assert.Equal(ExitCode.Done, code);
        Assert.True(engine.Disposed);
        Assert.Equal(["READY=1\nSTATUS=1 tuner running", "STOPPING=1\nSTATUS=stopping"], [Notified(), Notified()]);
        Assert.Contains((LogLevel.Information, "bpftune", $"stopping ({name})"), _sink.Entries);
        Assert.Contains(_sink.Entries, e => e.Text.StartsWith("summary: tcp_buffer: net.ipv4.tcp_rmem", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_terminal_a_hang_up_stops_nothing()
    {
        var engine = new FakeEngine();
        engine.OnRun = () =>
        {
            Kill(HangUp);
            Assert.False(engine.Stopped.Wait(TimeSpan.FromMilliseconds(300)));
            Kill(Terminate);
        };

        Assert.Equal(ExitCode.Done, Run(engine, terminal: false));
    }

    [Fact]
    public void A_hang_up_has_modes_and_limits_read_again()
    {
        var engine = new FakeEngine();
        var host = Host(engine, terminal: false, [], () => (new TuningRules { Mode = new(TuningMode.Off, "x:1") }, [new("x", 2, "what"), new("x", 3, "else")]));
        engine.OnRun = () =>
        {
            Kill(HangUp);
            Assert.True(engine.Changed.Wait(TimeSpan.FromSeconds(10)), "the rules were not changed");
            Kill(Terminate);
        };

        Assert.Equal(ExitCode.Done, host.Run(Options(), LogLevel.Information));

        Assert.Equal("x:1", engine.Rules!.General.Source);
        Assert.Equal(["x:2: what; it is passed over", "x:3: else; it is passed over"], _sink.Entries.Where(e => e.Level == LogLevel.Warning).Select(e => e.Text));
    }

    [Fact]
    public void What_is_not_understood_then_is_one_line_and_the_rules_stay()
    {
        var changes = 0;
        var log = new SinkLoggerProvider(_sink, LogLevel.Information).CreateLogger("bpftune");

        new SettingsReload(() => (TuningRules.None, [new("x", 2, "what"), new("x", 3, "this", true), new("x", 4, "that", true)]), _ => changes++, log).Run();

        Assert.Equal(0, changes);
        Assert.Equal([(LogLevel.Warning, "bpftune", "x:3: this (and 1 more); modes and limits stay as they were")], _sink.Entries);
    }

    [Fact]
    public void An_engine_that_cannot_run_gives_its_exit_code_and_no_summary()
    {
        var engine = new FakeEngine { Code = ExitCode.Unsupported };

        Assert.Equal(ExitCode.Unsupported, Run(engine, terminal: false));
        Assert.DoesNotContain(_sink.Entries, e => e.Text.StartsWith("summary", StringComparison.Ordinal));
    }

    [Fact]
    public void An_engine_that_throws_is_one_critical_line()
    {
        var engine = new FakeEngine { OnRun = () => throw new InvalidOperationException("broken") };

        Assert.Equal(ExitCode.Failed, Run(engine, terminal: false));
        Assert.Contains((LogLevel.Critical, "bpftune", "the daemon cannot go on: broken"), _sink.Entries);
    }

    [Fact]
    public void Bad_settings_are_a_warning_each()
    {
        var engine = new FakeEngine { Code = ExitCode.Failed };
        var host = Host(engine, terminal: false, [new SettingsProblem("/etc/x.conf", 3, "there is no setting 'a'")]);

        host.Run(Options(), LogLevel.Information);

        Assert.Contains((LogLevel.Warning, "bpftune", "/etc/x.conf:3: there is no setting 'a'; it is passed over"), _sink.Entries);
    }

    [Fact]
    public void A_status_goes_to_the_service_manager_on_one_line()
    {
        using var notifier = ServiceNotifier.To("@" + _notifyName);

        new DaemonObserver(notifier, null).OnStatus("two\nlines");

        Assert.Equal("STATUS=two lines", Notified());
    }

    [Fact]
    public void It_leaves_the_terminal_before_it_says_that_it_is_ready()
    {
        using var notifier = ServiceNotifier.To("@" + _notifyName);
        var left = false;

        new DaemonObserver(notifier, () =>
        {
            Assert.Equal(0, _manager.Available);
            left = true;
        }).OnReady("x");

        Assert.True(left);
        Assert.StartsWith("READY=1", Notified(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("30000000", null, 30)]
    [InlineData("30000000", "77", 30)]
    [InlineData("30000000", "78", null)]
    [InlineData("0", null, null)]
    [InlineData("-1", null, null)]
    [InlineData("soon", "77", null)]
    [InlineData(null, null, null)]
    public void A_watchdog_is_one_that_watches_this_process(string? microseconds, string? process, int? seconds) =>
        Assert.Equal(seconds, (int?)ServiceNotifier.Watchdog(microseconds, process, self: 77)?.TotalSeconds);

    [Fact]
    public void The_service_manager_hears_of_life_twice_in_the_time_it_allows()
    {
        using var notifier = ServiceNotifier.To("@" + _notifyName, TimeSpan.FromSeconds(30));
        var observer = new DaemonObserver(notifier, null);
        Assert.Equal(TimeSpan.FromSeconds(15), observer.KeepAlive);
        observer.OnAlive();
        Assert.Equal("WATCHDOG=1", Notified());
        using var none = ServiceNotifier.To(null, TimeSpan.FromSeconds(30));
        Assert.Null(none.KeepAlive);
    }

    [Fact]
    public void A_service_manager_that_is_stopped_holds_nobody_up()
    {
        // More than its queue takes: net.unix.max_dgram_qlen, 10 to 512.
        const int Messages = 2000;
        using var notifier = ServiceNotifier.To("@" + _notifyName);
        for (var i = 0; i < Messages; i++)
            notifier.Status($"{i}");
        for (var i = 0; i < Messages; i++)
            Assert.Equal($"STATUS={i}", Notified());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("/nonexistent/socket")]
    public void Without_a_service_manager_nothing_happens(string? socket)
    {
        using var notifier = ServiceNotifier.To(socket);

        notifier.Ready("x");
        notifier.Stopping();
    }

    [Fact]
    public void Without_privilege_one_line_is_said_and_nothing_is_touched()
    {
        var error = new StringWriter();
        var command = new DaemonCommand(error) { WhyNotPrivileged = () => "the capability CAP_BPF is missing" };

        var code = command.Run(Arguments());

        Assert.Equal(ExitCode.Unsupported, code);
        Assert.Equal("bpftune: the capability CAP_BPF is missing\n", error.ToString());
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public void A_second_daemon_is_refused()
    {
        using var first = InstanceLock.Acquire(Options().PidFilePath, 4242);
        var error = new StringWriter();
        var command = new DaemonCommand(error) { WhyNotPrivileged = () => null, Factory = (_, _, _, _) => throw new InvalidOperationException() };

        Assert.Equal(ExitCode.Failed, command.Run(Arguments()));
        Assert.Equal("bpftune: a bpftune daemon is running already (pid 4242)\n", error.ToString());
    }

    [Fact]
    public void Settings_that_could_be_a_limit_keep_it_from_starting()
    {
        var config = Path.Combine(_directory.Path, "none");
        Directory.CreateDirectory(config);
        File.WriteAllText(Path.Combine(config, "bpftune.conf"), "debug = perhaps\nallow = TCP\n");
        var (error, system) = (new StringWriter(), new ListSink());
        var command = new DaemonCommand(error)
        {
            WhyNotPrivileged = () => null,
            Factory = (_, _, _, _) => throw new InvalidOperationException(),
            SystemLog = _ => system,
        };

        Assert.Equal(ExitCode.Usage, command.Run(Arguments()));

        var lines = error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal($"bpftune: {config}/bpftune.conf:1: debug is yes or no, not 'perhaps'", lines[0]);
        Assert.Equal($"bpftune: {config}/bpftune.conf:2: 'TCP' is not the name of a tuner (such as tcp_buffer)", lines[1]);
        Assert.StartsWith("bpftune: not started: ", lines[2], StringComparison.Ordinal);
        // Whoever started it without a terminal finds the same in the system log.
        Assert.Equal(lines, system.Entries.Select(e => "bpftune: " + e.Text));
        Assert.False(File.Exists(Options().PidFilePath));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_is_confined_before_anything_is_read_or_made(bool works)
    {
        var seen = new List<bool>();
        var command = new DaemonCommand(new StringWriter())
        {
            WhyNotPrivileged = () => null,
            Confine = () =>
            {
                seen.Add(Directory.Exists(Options().RuntimeDirectory));
                return works ? null : "it has more than it needs";
            },
            SystemLog = _ => _sink,
            Factory = new FakeEngine { Code = ExitCode.Unsupported }.Make,
        };

        Assert.Equal(ExitCode.Unsupported, command.Run(Arguments()));

        Assert.Equal([false], seen);
        Assert.Equal(works ? [] : [(LogLevel.Warning, "bpftune", "it has more than it needs")], _sink.Entries);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);

    private static void Kill(int signal) => Assert.Equal(0, SendSignal(Environment.ProcessId, signal));

    private EngineOptions Options() => new() { RuntimeDirectory = Path.Combine(_directory.Path, "run") };

    private RunArguments Arguments() => new(
        new DaemonSettings { RuntimeDirectory = Options().RuntimeDirectory }, Path.Combine(_directory.Path, "none"), Detach: false);

    private int Run(FakeEngine engine, bool terminal) => Host(engine, terminal, []).Run(Options(), LogLevel.Information);

    private DaemonHost Host(
        FakeEngine engine,
        bool terminal,
        IReadOnlyList<SettingsProblem> problems,
        Func<(TuningRules, IReadOnlyList<SettingsProblem>)>? readAgain = null) =>
        new(engine.Make, _sink, new DaemonContext { HasTerminal = terminal })
        {
            Notifier = ServiceNotifier.To("@" + _notifyName),
            Problems = problems,
            ReadAgain = readAgain,
        };

    private string Notified()
    {
        var buffer = new byte[1024];
        return Encoding.UTF8.GetString(buffer, 0, _manager.Receive(buffer));
    }

    private sealed class FakeEngine
    {
        public Action? OnRun { get; set; }

        public int Code { get; init; }

        public bool Disposed { get; private set; }

        public TuningRules? Rules { get; private set; }

        public ManualResetEventSlim Changed { get; } = new();

        public ManualResetEventSlim Stopped { get; } = new();

        public EngineHandle Make(EngineOptions options, ILoggerFactory loggers, TimeProvider time, IEngineObserver observer) => new(
            () =>
            {
                if (Code != ExitCode.Done)
                    return Code;
                observer.OnReady("1 tuner running");
                OnRun?.Invoke();
                Assert.True(Stopped.Wait(TimeSpan.FromSeconds(10)), "nobody stopped the engine");
                return Code;
            },
            Stopped.Set,
            new FakeQueries(),
            rules =>
            {
                Rules = rules;
                Changed.Set();
            },
            () => Disposed = true);
    }
}
