using Nuke.Common.Tooling;

namespace BpfTune.Build.Tests;

public sealed class ProcessTests
{
    private static IProcess Start(string script, IReadOnlyDictionary<string, string>? environment = null, int? timeout = null, Action<OutputType, string>? logger = null) =>
        ProcessTasks.StartProcess("sh", $"-c \"{script}\"", environmentVariables: environment, timeout: timeout, logInvocation: false, logger: logger ?? ((_, _) => { }));

    [Fact]
    public void Both_streams_are_read_to_the_end()
    {
        var lines = new List<string>();
        using var process = Start("echo one; echo two >&2; exit 0", logger: (type, line) => lines.Add($"{type} {line}"));

        process.AssertZeroExitCode();

        Assert.Equal(["Err two", "Std one"], lines.Order(StringComparer.Ordinal));
        Assert.Equal(2, process.Output.Count);
    }

    [Fact]
    public void Another_exit_code_than_zero_is_an_error_that_tells_the_command_and_its_last_lines()
    {
        using var process = Start("echo 'no such device' >&2; exit 3");

        var exception = Assert.Throws<ProcessException>(() => process.AssertZeroExitCode());

        Assert.Equal(3, exception.ExitCode);
        Assert.Contains("Process 'sh' exited with code 3.", exception.Message, StringComparison.Ordinal);
        Assert.Contains("no such device", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_whose_time_is_up_is_killed()
    {
        using var process = Start("sleep 60", timeout: 100);

        Assert.False(process.WaitForExit());
        Assert.Equal(128 + 9, process.ExitCode);
    }

    [Fact]
    public void Given_an_environment_it_has_no_other()
    {
        using var process = Start("echo $ONLY-$HOME-", new Dictionary<string, string> { ["ONLY"] = "this", ["PATH"] = "/bin" });

        process.AssertZeroExitCode();

        Assert.Equal("this--", Assert.Single(process.Output).Text);
    }

    [Fact]
    public void A_program_that_is_not_there_is_named()
    {
        var onPath = Assert.Throws<FileNotFoundException>(() => ProcessTasks.StartProcess("no-such-program"));
        Assert.Equal("Could not find 'no-such-program' on the PATH.", onPath.Message);
        Assert.Throws<ArgumentException>(() => ProcessTasks.StartProcess("/no/such/program"));
    }
}
