namespace BpfTune.Lab.Tests;

/// <summary>The watch over a daemon, tried on shell scripts that behave as one or misbehave.</summary>
public sealed class DaemonTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly string _directory = Directory.CreateTempSubdirectory("bpftune-lab").FullName;

    [Fact]
    public void Lines_are_collected_and_the_stop_is_clean()
    {
        using Daemon daemon = Start("trap 'echo restored; exit 0' TERM", "echo started", "echo careful >&2", "echo ready", "while :; do sleep 0.05; done");

        daemon.WaitReady(s_patience);
        DaemonLine careful = daemon.WaitForLine(line => line == "careful", s_patience);
        Assert.True(careful.IsError);
        Assert.NotNull(daemon.Usage);

        DaemonExit exit = daemon.Stop(s_patience);

        Assert.Equal(0, exit.ExitCode);
        Assert.NotNull(exit.Usage);
        Assert.Equal(["started", "ready", "restored"], daemon.Lines.Where(line => !line.IsError).Select(line => line.Text));
        Assert.True(daemon.HasExited);
        Assert.Null(daemon.Usage);
    }

    [Fact]
    public void A_daemon_that_fails_to_start_is_told_in_one_line()
    {
        using Daemon daemon = Start("echo starting", "echo 'bpftune: CAP_BPF is missing' >&2", "exit 3");

        LabException failure = Assert.Throws<LabException>(() => daemon.WaitReady(s_patience));

        Assert.Contains("exit code 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("before it was ready", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void A_line_that_never_comes_is_not_waited_for_for_ever()
    {
        using Daemon daemon = Start("echo one", "exec sleep 60");
        daemon.WaitForLine(line => line == "one", s_patience);

        LabException failure = Assert.Throws<LabException>(() => daemon.WaitForLine(line => line == "two", TimeSpan.FromMilliseconds(200)));

        Assert.Contains("its last line: one", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_daemon_that_ends_without_the_line_is_told_at_once()
    {
        using Daemon daemon = Start("echo one", "exit 0");

        Assert.Throws<LabException>(() => daemon.WaitForLine(line => line == "two", TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public void A_daemon_that_ignores_the_signal_is_killed()
    {
        using Daemon daemon = Start("trap '' TERM", "echo ready", "while :; do sleep 0.05; done");
        daemon.WaitReady(s_patience);

        LabException failure = Assert.Throws<LabException>(() => daemon.Stop(TimeSpan.FromMilliseconds(300)));

        Assert.Contains("was killed", failure.Message, StringComparison.Ordinal);
        Assert.True(daemon.HasExited);
    }

    [Fact]
    public void A_kill_shows_as_such()
    {
        using Daemon daemon = Start("trap 'echo restored; exit 0' TERM", "echo ready", "while :; do sleep 0.05; done");
        daemon.WaitReady(s_patience);

        Assert.Equal(128 + 9, daemon.Kill().ExitCode);
        Assert.DoesNotContain(daemon.Lines, line => line.Text == "restored");
    }

    [Fact]
    public void Disposing_stops_it()
    {
        Daemon daemon = Start("echo ready", "exec sleep 60");
        daemon.WaitReady(s_patience);

        daemon.Dispose();

        Assert.True(daemon.HasExited);
        daemon.Dispose();
    }

    [Fact]
    public void No_daemon_at_all_is_said() =>
        Assert.Contains("there is no daemon", Assert.Throws<LabException>(() => Daemon.Start(new DaemonOptions { Path = "/nonexistent/bpftune" })).Message, StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private Daemon Start(params string[] script)
    {
        string path = Path.Combine(_directory, "daemon");
        File.WriteAllText(path, "#!/bin/sh\n" + string.Join('\n', script) + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return Daemon.Start(new DaemonOptions { Path = path });
    }
}
