namespace BpfTune.Build.Tests;

/// <summary>What the build starts, and how it ends.</summary>
[Collection("host")]
public sealed class JobTests : IDisposable
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _before = Job.TimeToTidy;
    private readonly List<string> _lines = [];

    public JobTests() => Job.TimeToTidy = TimeSpan.FromSeconds(0.5);

    public void Dispose() => Job.TimeToTidy = _before;

    private Job Start(string script, Dictionary<string, string>? environment = null) =>
        Job.Start("sh", ["-c", script], "/", environment, line => { lock (_lines) _lines.Add(line); });

    [Fact]
    public void Both_streams_are_read_to_the_end()
    {
        using var job = Start("seq 20000; seq 20001 40000 >&2");
        job.AssertZeroExitCode();
        Assert.Equal(Enumerable.Range(1, 40000), _lines.Select(int.Parse).Order());
        Assert.Equal(20000, job.Output.Count());
    }

    [Fact]
    public void Another_exit_code_than_zero_is_told_with_the_command()
    {
        using var job = Start("exit 3");
        var exception = Assert.ThrowsAny<Exception>(job.AssertZeroExitCode);
        Assert.Equal("Exit code 3: sh -c \"exit 3\"", exception.Message);
    }

    [Fact]
    public void A_program_that_is_not_there_is_named()
    {
        using var job = Job.Start("no-such-program", [], "/", show: line => _lines.Add(line));
        Assert.ThrowsAny<Exception>(job.AssertZeroExitCode);
        Assert.Contains(_lines, line => line.Contains("no-such-program", StringComparison.Ordinal));
    }

    [Fact]
    public void Given_an_environment_it_has_no_other()
    {
        using var job = Start("echo $ONLY-$HOME-", new() { ["ONLY"] = "this", ["PATH"] = "/bin" });
        job.AssertZeroExitCode();
        Assert.Equal(["this--"], job.Output);
    }

    [Fact]
    public void At_its_time_limit_all_that_it_started_ends_with_it_and_its_last_lines_are_there()
    {
        // The first of the two and what it starts pay no heed to a polite word; the second is in a group of its own, as a shell with job control makes it.
        using var job = Start("(trap '' TERM; echo child $(exec sh -c 'echo $PPID'); sleep 1000; sleep 1000) & bash -c 'set -m; sleep 1000 & echo child $!; wait' & trap 'echo last; exit 5' TERM; wait; sleep 1000");
        Assert.False(job.WaitForExit(s_soon));
        Assert.Contains("last", _lines);
        var children = _lines.Where(line => line.StartsWith("child ", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, children.Count);
        Assert.All(children, line => Assert.False(IsAlive(line[6..]), line));
    }

    [Fact]
    public void What_it_leaves_behind_is_ended_when_it_has_ended_and_holds_nobody_up()
    {
        using var job = Start("sleep 1000 & echo $!");
        Assert.True(job.WaitForExit());
        Assert.Equal(0, job.ExitCode);
        Assert.False(IsAlive(Assert.Single(_lines)));
    }

    [Fact]
    public void Who_has_left_its_session_holds_nobody_up_either()
    {
        using var job = Start("setsid sleep 1000 & sleep 0.2; echo $!");
        try
        {
            Assert.True(job.WaitForExit());
            Assert.Equal(0, job.ExitCode);
        }
        finally
        {
            System.Diagnostics.Process.GetProcessById(int.Parse(_lines[0], System.Globalization.CultureInfo.InvariantCulture)).Kill();
        }
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("a \"quoted\" word")]
    [InlineData("C:\\dir \\\" x\\")]
    [InlineData("tab\tand\nline")]
    public void Words_arrive_as_they_are(string word)
    {
        using var job = Job.Start("printf", ["[%s]", word], "/").AssertZeroExitCode();
        Assert.Equal($"[{word}]", string.Join('\n', job.Output));
    }

    // One that has ended, and that nobody has asked for its exit code, is still in /proc.
    internal static bool IsAlive(string process) =>
        File.Exists($"/proc/{process}/stat") && File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1][0] is not ('Z' or 'X');
}
