using System.Diagnostics;

namespace BpfTune.Build.Tests;

/// <summary>The build as a process of its own, with a script in place of dotnet.</summary>
public sealed class ProgramTests : IDisposable
{
    // Whatever is compiled is compiled at once, and the suite hangs, as does what it started.
    private const string FakeDotnet = """
        #!/bin/sh
        case $1 in
        *Hung.Tests.dll | hang)
            sleep 1000 &
            echo "hangs: $$ $!"
            wait
            ;;
        esac
        """;

    private readonly TemporaryDirectory _root = new();

    public ProgramTests()
    {
        _root.Write("tests/Hung.Tests/Hung.Tests.csproj", "");
        File.SetUnixFileMode(_root.Write("dotnet", FakeDotnet), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task A_suite_that_hangs_is_a_failure_and_nothing_of_it_goes_on()
    {
        var (exitCode, output) = await RunAsync("UnitTest", "--suite-limit", "1");
        Assert.Equal(255, exitCode);
        Assert.Contains("error: Hung.Tests was stopped after 1 seconds", output, StringComparison.Ordinal);
        Assert.Contains("Tests failed: Hung.Tests (1)", output, StringComparison.Ordinal);
        Assert.EndsWith("0 passed, 1 failed, 0 skipped\n", output, StringComparison.Ordinal);
        AssertEnded(output);
    }

    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("INT", 130)]
    [InlineData("HUP", 129)]
    public async Task A_build_that_is_told_to_end_takes_along_what_it_started(string signal, int expected)
    {
        var (exitCode, output) = await RunAsync(line => line.StartsWith("hangs: ", StringComparison.Ordinal) ? signal : null, "UnitTest");
        Assert.Equal(expected, exitCode);
        Assert.DoesNotContain("failed", output, StringComparison.Ordinal);
        AssertEnded(output);
    }

    private static void AssertEnded(string output)
    {
        var processes = output.Split('\n').Single(line => line.StartsWith("hangs: ", StringComparison.Ordinal)).Split(' ')[1..];
        Assert.Equal(2, processes.Length);
        Assert.All(processes, process => Assert.False(JobTests.IsAlive(process), process));
    }

    private Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => RunAsync(_ => null, arguments);

    private async Task<(int ExitCode, string Output)> RunAsync(Func<string, string?> signalAt, params string[] arguments)
    {
        var program = typeof(global::Build).Assembly.Location;
        // Whoever runs the tests in the background of a shell has them ignore some of these, and so would what they start.
        var start = new ProcessStartInfo("env", ["--default-signal=TERM,INT,HUP", Environment.ProcessPath!, program, .. arguments, "--root", _root.Path]) { RedirectStandardOutput = true };
        start.Environment["DOTNET_EXE"] = _root["dotnet"];
        using var process = Process.Start(start)!;
        var output = new System.Text.StringBuilder();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            output.Append(line).Append('\n');
            if (signalAt(line) is { } signal)
                Process.Start("kill", ["-" + signal, $"{process.Id}"])!.Dispose();
        }

        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, output.ToString());
    }
}
