using System.Diagnostics;

namespace BpfTune.Build.Tests;

/// <summary>build/staged.sh, which gives a command a directory of tuners that the daemon accepts.</summary>
public sealed class StagedTests : IDisposable
{
    private readonly TemporaryDirectory _tuners = new();

    public StagedTests() => _tuners.Write("a.tuner.dll", "tuner");

    public void Dispose() => _tuners.Dispose();

    [Fact]
    public void The_command_gets_the_directory_and_gives_its_exit_code()
    {
        var (exitCode, output) = Run("cat \"$1/a.tuner.dll\" \"$BPFTUNE_TUNERS/a.tuner.dll\"; exit 7");

        Assert.Equal(7, exitCode);
        Assert.Equal("tunertuner", output);
    }

    [Fact]
    public void What_others_can_write_to_is_copied_for_root_and_the_copy_is_deleted()
    {
        Assert.SkipUnless(Environment.UserName == "root", "the copy is for root alone");

        // Below the temporary directory, where anybody may write.
        var (_, output) = Run("echo -n $1; test $(stat -c %u:%a $1) = 0:755 && test $(stat -c %a $1/a.tuner.dll) = 644 && echo -n ' fine'");

        Assert.EndsWith(" fine", output, StringComparison.Ordinal);
        var directory = output.Split(' ')[0];
        Assert.NotEqual(_tuners.Path, directory);
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public async Task A_signal_is_passed_on_and_the_command_may_end_in_its_own_time()
    {
        using var process = Start("trap 'sleep 0.2; echo -n tidied; exit 5' TERM; echo ready $1; while :; do sleep 0.05; done");
        var directory = process.StandardOutput.ReadLine()!.Split(' ')[1];
        using (Process.Start("sh", ["-c", $"kill -TERM {process.Id}"]))
        {
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)
                .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            Assert.Equal("tidied", output);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(5, process.ExitCode);
        Assert.Equal(directory == _tuners.Path, Directory.Exists(directory));
    }

    private Process Start(string script) =>
        Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, "build/staged.sh"), [_tuners.Path, "sh", "-c", script, "sh", "@tuners@"]) { RedirectStandardOutput = true })!;

    private (int ExitCode, string Output) Run(string script)
    {
        using var process = Start(script);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
