using System.Diagnostics;

namespace BpfTune.Build.Tests;

/// <summary>What the packages run before the daemon is removed, against a bpftune that notes how it was called.</summary>
public sealed class BeforeRemovalTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private string Calls => File.Exists(_directory["calls"]) ? File.ReadAllText(_directory["calls"]) : "";

    private (int ExitCode, string Output) Run(string json, string? variable = null, int exitCode = 0)
    {
        var program = _directory.Write("bpftune", $"#!/bin/sh\necho \"$*\" >>{_directory["calls"]}\ncase $* in *--json*) echo '{json}' ;; esac\nexit {exitCode}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        var start = new ProcessStartInfo("/bin/sh", [Path.Combine(Repository.Root, "packaging/scripts/before-removal.sh")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["BPFTUNE_EXECUTABLE"] = program;
        start.Environment["BPFTUNE_ROLLBACK_FILE"] = _directory["rollback-on-removal"];
        start.Environment["BPFTUNE_ROLLBACK"] = variable;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    [Fact]
    public void Nothing_is_put_back_unasked_and_what_stays_is_counted()
    {
        var (exitCode, output) = Run("""[{"tunable":"a","outcome":"would_restore"},{"tunable":"b","outcome":"would_restore"},{"tunable":"c","outcome":"left"}]""");

        Assert.Equal(0, exitCode);
        Assert.Contains("2 tuned values stay", output, StringComparison.Ordinal);
        Assert.Contains("BPFTUNE_ROLLBACK=1", output, StringComparison.Ordinal);
        Assert.Equal("rollback --dry-run --json\n", Calls);
    }

    [Fact]
    public void It_says_nothing_where_nothing_was_tuned() => Assert.Equal((0, ""), Run("[]"));

    [Fact]
    public void The_variable_puts_back()
    {
        Run("[]", "1");

        Assert.Equal("rollback\n", Calls);
    }

    [Fact]
    public void So_does_the_file_unless_the_variable_says_no()
    {
        _directory.Write("rollback-on-removal", "");

        Run("[]", "0");
        Assert.Equal("rollback --dry-run --json\n", Calls);
        Run("[]");
        Assert.EndsWith("\nrollback\n", Calls, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rollback_that_fails_stops_no_removal()
    {
        var (exitCode, output) = Run("[]", "1", exitCode: 1);

        Assert.Equal(0, exitCode);
        Assert.Contains("not everything could be put back", output, StringComparison.Ordinal);
    }
}
