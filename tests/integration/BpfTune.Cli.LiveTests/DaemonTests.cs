using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using BpfTune.LibBpf;

namespace BpfTune.Cli.LiveTests;

public sealed class DaemonTests : IDisposable
{
    private readonly Command _command = new();

    public DaemonTests() => Command.Require();

    public void Dispose() => _command.Dispose();

    [Theory]
    [InlineData(PosixSignal.SIGTERM)]
    [InlineData(PosixSignal.SIGINT)]
    public void It_stops_cleanly_and_leaves_no_program_behind(PosixSignal signal)
    {
        using var daemon = new RunningDaemon(_command);
        var programs = daemon.ProgramIds();
        Assert.NotEmpty(programs);

        var time = daemon.Signal(signal);

        // 40 to 80 ms where nothing else runs; a busy machine is no reason to fail.
        TestContext.Current.TestOutputHelper!.WriteLine($"stopped {time.TotalMilliseconds:0} ms after {signal}");
        Assert.Equal(ExitCode.Done, daemon.Process.ExitCode);
        Assert.Contains($"stopping ({signal})", daemon.Log, StringComparison.Ordinal);
        Assert.Contains("summary: nothing was changed", daemon.Log, StringComparison.Ordinal);
        Assert.False(Path.Exists(Path.Combine(_command.RuntimeDirectory, "control.sock")));
        AssertGone(programs);
    }

    [Fact]
    public void It_answers_while_it_runs_and_no_more_afterwards()
    {
        using var daemon = new RunningDaemon(_command);

        var (code, text, _) = _command.Run("status");
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains($"pid {daemon.Process.Id}", text, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(_command.Run("status", "--json").Output);
        Assert.Equal(daemon.Process.Id, json.RootElement.GetProperty("process_id").GetInt32());
        Assert.Equal(ExitCode.Done, _command.Run("rollback").Code);

        daemon.Signal(PosixSignal.SIGTERM);
        var (codeAfter, _, error) = _command.Run("status");
        Assert.Equal(ExitCode.NoDaemon, codeAfter);
        Assert.Contains("no daemon is running", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_signal_that_comes_twice_does_not_cut_the_clean_stop_short()
    {
        using var daemon = new RunningDaemon(_command);
        Assert.Equal(0, RunningDaemon.Kill(daemon.Process.Id, 2));
        daemon.Signal(PosixSignal.SIGTERM);
        Assert.Equal(ExitCode.Done, daemon.Process.ExitCode);
        Assert.Contains("summary: nothing was changed", daemon.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_one_is_refused_and_told_the_first()
    {
        using var daemon = new RunningDaemon(_command);

        var (code, _, error) = _command.Run("run");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Equal($"bpftune: a bpftune daemon is running already (pid {daemon.Process.Id})\n", error);
    }

    [Fact]
    public void After_a_kill_the_next_one_starts_and_nothing_of_the_first_is_left()
    {
        IReadOnlyCollection<uint> programs;
        using (var first = new RunningDaemon(_command))
        {
            programs = first.ProgramIds();
            Assert.NotEmpty(programs);
            first.Process.Kill();
            first.Process.WaitForExit(Command.Patience);
        }

        Assert.True(Path.Exists(Path.Combine(_command.RuntimeDirectory, "control.sock")));
        Assert.Equal(ExitCode.NoDaemon, _command.Run("status").Code);
        AssertGone(programs);
        using var second = new RunningDaemon(_command);
        Assert.Equal(ExitCode.Done, _command.Run("status").Code);
    }

    [Fact]
    public void A_service_manager_hears_of_it()
    {
        var name = $"bpftune-live-{Guid.NewGuid():N}";
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.ReceiveTimeout = (int)Command.Patience.TotalMilliseconds;
        manager.Bind(new UnixDomainSocketEndPoint("\0" + name));
        using var daemon = new RunningDaemon(_command, new Dictionary<string, string> { ["NOTIFY_SOCKET"] = "@" + name });

        Assert.StartsWith("READY=1\nSTATUS=", Receive(manager), StringComparison.Ordinal);
        daemon.Signal(PosixSignal.SIGTERM);
        Assert.StartsWith("STOPPING=1", Receive(manager), StringComparison.Ordinal);
    }

    [Fact]
    public void For_the_journal_every_line_has_a_priority_and_no_time()
    {
        // The journal is whoever reads standard error: here a pipe, whose identity a shell learns and passes on.
        var start = new System.Diagnostics.ProcessStartInfo("/bin/sh") { RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"JOURNAL_STREAM=$(stat -L -c %d:%i /dev/stderr) exec {Command.Executable} --runtime-dir {_command.RuntimeDirectory} --state-dir {_command.StateDirectory} --config /nonexistent");
        using var shell = System.Diagnostics.Process.Start(start)!;
        var line = shell.StandardError.ReadLine();
        shell.Kill();
        shell.WaitForExit(Command.Patience);

        Assert.Matches("^<[2-7]>[a-z_]+: ", line);
    }

    [Fact]
    public void In_the_background_it_has_a_session_of_its_own()
    {
        var (code, output, error) = _command.Run("-D");

        Assert.True(code == ExitCode.Done, error);
        Assert.Equal("", output);
        var pid = _command.DaemonProcessId;
        Assert.NotNull(pid);
        var status = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1].Split(' ');
        Assert.Equal(pid.ToString(), status[3]);
        Assert.Equal("/dev/null", File.ResolveLinkTarget($"/proc/{pid}/fd/2", returnFinalTarget: false)!.FullName);
        Assert.Equal("/", File.ResolveLinkTarget($"/proc/{pid}/cwd", returnFinalTarget: false)!.FullName);

        Assert.Equal(ExitCode.Done, _command.Run("status").Code);
        Assert.Equal(0, RunningDaemon.Kill(pid!.Value, 15));
        Assert.True(SpinWait.SpinUntil(() => _command.DaemonProcessId is null, Command.Patience));
    }

    [Fact]
    public void What_keeps_it_from_going_into_the_background_is_seen()
    {
        using var daemon = new RunningDaemon(_command);

        var (code, _, error) = _command.Run("-D");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains($"(pid {daemon.Process.Id})", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_journal_there_is_nothing_to_put_back()
    {
        var (code, output, error) = _command.Run("rollback");

        Assert.Equal((ExitCode.Done, "there is nothing to put back\n", ""), (code, output, error));
    }

    [Fact]
    public void A_journal_that_cannot_be_read_is_not_an_empty_one()
    {
        Directory.CreateDirectory(Path.Combine(_command.StateDirectory, "journal.jsonl"));

        var (code, _, error) = _command.Run("rollback");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("journal", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Doctor_leaves_nothing_behind()
    {
        var before = BpfInventory.ProgramIds().ToHashSet();
        var (_, output, error) = _command.Run("doctor", "--json");
        var loadedMeanwhile = BpfInventory.ProgramIds().Where(id => !before.Contains(id)).ToArray();

        Assert.Equal("", error);
        using var json = JsonDocument.Parse(output);
        Assert.Equal("sysctl_watch", json.RootElement.GetProperty("engine_hooks")[0].GetProperty("name").GetString());
        AssertGone(loadedMeanwhile);
    }

    // The kernel lets go of programs a moment after the last descriptor.
    private static void AssertGone(IReadOnlyCollection<uint> programs) => Assert.True(
        SpinWait.SpinUntil(() => !BpfInventory.ProgramIds().Intersect(programs).Any(), TimeSpan.FromSeconds(10)),
        $"of the programs {string.Join(", ", programs)} some are still loaded");

    private static string Receive(Socket socket)
    {
        var buffer = new byte[1024];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }
}
