namespace BpfTune.Cli.LiveTests;

/// <summary>A daemon that no service manager has confined: these tests start it as a person would.</summary>
public sealed class ConfinementTests : IDisposable
{
    /// <summary>CAP_NET_ADMIN, CAP_SYS_PTRACE, CAP_SYS_ADMIN, CAP_PERFMON and CAP_BPF.</summary>
    private const ulong Five = 0xc000281000;

    private readonly Command _command = new();

    public ConfinementTests() => Command.Require();

    public void Dispose() => _command.Dispose();

    [Fact]
    public void Every_thread_has_the_five_capabilities_at_most_and_gets_no_others()
    {
        var granted = Value(File.ReadLines("/proc/self/status"), "CapPrm:") & Five;
        using var daemon = new RunningDaemon(_command);

        AssertConfined(daemon.Process.Id, granted);
        Assert.Equal("bpftune", File.ReadAllText($"/proc/{daemon.Process.Id}/comm").Trim());
        Assert.DoesNotContain("more capabilities than it needs", daemon.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void So_it_is_in_the_background()
    {
        var granted = Value(File.ReadLines("/proc/self/status"), "CapPrm:") & Five;

        var (code, _, error) = _command.Run("-D");

        Assert.True(code == ExitCode.Done, error);
        AssertConfined(_command.DaemonProcessId!.Value, granted);
    }

    [Theory]
    [InlineData(280)]
    [InlineData(100)]
    [InlineData(64)]
    [InlineData(24)]
    public void Too_few_descriptors_are_one_line(int files)
    {
        var (code, error) = Limited($"ulimit -n {files}");

        // Where the hard limit may be raised, it is, and nothing is wrong.
        Assert.SkipWhen(code == 124 && error.Contains(" on Linux ", StringComparison.Ordinal), "this process may raise its hard limit");
        Assert.Matches("^bpftune: this process may open [0-9]+ files only.*raise the limit \\(ulimit -n.*\n$", error);
        Assert.Contains(code, (int[])[ExitCode.Failed, ExitCode.Unsupported]);
    }

    [Fact]
    public void Where_no_tuner_runs_it_says_what_to_do()
    {
        using var daemon = new RunningDaemon(_command, null, "-a", "no_such_tuner");

        Assert.Contains("No tuner is running, so nothing is tuned: none was found of those that --allow names", daemon.Log, StringComparison.Ordinal);
        Assert.Contains("0 tuners running: nothing is tuned", daemon.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mask_that_takes_nothing_away_opens_nothing()
    {
        var (code, error) = Limited("umask 0");

        Assert.True(code == 124, error);
        Assert.Equal("700", Mode(_command.StateDirectory));
        Assert.Equal("755", Mode(_command.RuntimeDirectory));
        Assert.Equal("644", Mode(_command.PidFile));
        Assert.Equal("600", Mode(_command.PidFile + ".lock"));
    }

    private static string Mode(string path) => Convert.ToString((int)File.GetUnixFileMode(path), 8);

    private static void AssertConfined(int process, ulong granted)
    {
        var threads = Directory.GetDirectories($"/proc/{process}/task");
        Assert.NotEmpty(threads);
        foreach (var thread in threads)
        {
            var status = File.ReadAllLines(thread + "/status");
            Assert.Equal(
                (granted, granted, 0UL, 1UL),
                (Value(status, "CapPrm:"), Value(status, "CapEff:"), Value(status, "CapInh:"), Value(status, "NoNewPrivs:")));
            // It takes CAP_SETPCAP to make it smaller.
            if ((Value(File.ReadLines("/proc/self/status"), "CapPrm:") & (1UL << 8)) != 0)
                Assert.Equal(granted, Value(status, "CapBnd:"));
        }
    }

    private static ulong Value(IEnumerable<string> status, string name) =>
        Convert.ToUInt64(status.Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Trim(), 16);

    /// <summary>Runs the daemon for a few seconds below a shell that has said something before: 124 when it still ran.</summary>
    private (int Code, string Error) Limited(string before)
    {
        var start = new System.Diagnostics.ProcessStartInfo("/bin/sh") { RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(
            $"{before}; exec timeout 10 {Command.Executable} --runtime-dir {_command.RuntimeDirectory} --state-dir {_command.StateDirectory} --config /nonexistent");
        using var shell = System.Diagnostics.Process.Start(start)!;
        var error = shell.StandardError.ReadToEnd();
        Assert.True(shell.WaitForExit(Command.Patience));
        return (shell.ExitCode, error);
    }
}
