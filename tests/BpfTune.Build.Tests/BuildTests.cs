namespace BpfTune.Build.Tests;

/// <summary>The build itself: its targets, their order and parameters.</summary>
[Collection("host")]
public sealed class BuildTests
{
    [Theory]
    [InlineData("", "Restore CompileBpf Compile")]
    [InlineData("compile-bpf", "Restore CompileBpf")]
    [InlineData("--target UnitTest", "Restore CompileBpf Compile UnitTest")]
    [InlineData("Compile+Clean", "Clean Restore CompileBpf Compile")]
    [InlineData("Pack Publish", "Publish Pack")]
    [InlineData("Packages Compile", "Restore CompileBpf Compile Publish Packages")]
    [InlineData("Install", "Publish Install")]
    [InlineData("KernelTest", "Publish PublishGuest KernelTest")]
    [InlineData("Demo", "Publish Demo")]
    public void Targets_come_with_what_they_need_and_after_it(string commandLine, string plan) =>
        Assert.Equal(plan.Split(' '), BuildRun.Of(commandLine + " --plan").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));

    [Fact]
    public void Test_runs_the_unit_tests_first_and_all_the_rest_after_what_it_needs()
    {
        var plan = BuildRun.Of("Test --plan").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToList();
        Assert.Equal("Test", plan[^1]);
        Assert.True(plan.IndexOf("UnitTest") < plan.IndexOf("IntegrationTest"));
        Assert.All(["Compile", "Publish", "PublishGuest"], needed => Assert.InRange(plan.IndexOf(needed), 0, plan.IndexOf("IntegrationTest") - 1));
    }

    [Fact]
    public void Help_tells_each_target_and_parameter_and_runs_nothing()
    {
        var run = BuildRun.Of("Clean --help");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("  Compile (default) -> Restore, CompileBpf\n      Compiles everything", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"--lib-dir +The directory below the prefix", run.Output);
        Assert.Matches(@"--ready-to-run +Compile ahead of time", run.Output);
        Assert.DoesNotContain("\n  PackagesForTests", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("===", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Clean_deletes_what_was_built_and_the_table_tells_it()
    {
        using var root = new TemporaryDirectory();
        root.Write("artifacts/bin/x", "");
        var run = BuildRun.In(root, "Clean");
        Assert.Equal(0, run.ExitCode);
        Assert.False(Directory.Exists(root["artifacts"]));
        Assert.Matches(@"Target +Status +Duration", run.Output);
        Assert.Matches(@"Clean +Succeeded +< 1sec", run.Output);
        Assert.Matches(@"Total +< 1sec", run.Output);
    }

    [Fact]
    public void What_is_published_already_is_not_published_again()
    {
        var run = BuildRun.Of("Publish Pack --published /nonexistent");
        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"Publish +Skipped +// Published is null", run.Output);
        Assert.Matches(@"Pack +Skipped", run.Output);
    }

    [Fact]
    public void A_target_that_fails_stops_those_after_it_and_fails_the_build()
    {
        using var empty = new TemporaryDirectory();
        var run = BuildRun.Of($"Install --published {empty.Path} --destdir {empty.Path}");
        Assert.Equal(-1, run.ExitCode);
        Assert.Matches(@"Install +Failed", run.Output);
        Assert.Contains($"error: There is no daemon, or no tuner, in {empty.Path}: run Publish first.", run.Output, StringComparison.Ordinal);

        run = BuildRun.Of($"Uninstall Workflows --dest-dir {empty.Path}");
        Assert.Equal(-1, run.ExitCode);
        Assert.Matches(@"Uninstall +Failed", run.Output);
        Assert.Matches(@"Workflows +(NotRun|Succeeded)", run.Output);
    }

    [Theory]
    [InlineData("--libdir lib64")]
    [InlineData("--lib-dir lib64")]
    [InlineData("-LibDir lib64")]
    [InlineData("--libdir lib --libdir lib64")]
    [InlineData("", "LIBDIR")]
    [InlineData("", "NUKE_LIB_DIR")]
    public void A_parameter_is_known_by_all_its_names(string option, string? variable = null)
    {
        var environment = variable is null ? [] : new Dictionary<string, string> { [variable] = "lib64" };
        var run = BuildRun.Of($"Uninstall --dest-dir /nonexistent --prefix /p {option}", environment);
        Assert.Contains("Nothing is installed in /nonexistent/p/lib64/bpftune: ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_relative_directory_begins_where_the_caller_stands() =>
        Assert.Contains($"Nothing is installed in {Environment.CurrentDirectory}/nonexistent/", BuildRun.Of("Uninstall --destdir nonexistent").Output, StringComparison.Ordinal);

    [Theory]
    [InlineData("Compil", "Target with name 'Compil' does not exist. Available targets are:\n  - Bench\n  - ClangTest\n")]
    [InlineData("--libdir", "Parameter --LibDir needs a value.")]
    [InlineData("--libdir lib Install", "Parameter --LibDir takes one value, but was given 2: lib Install. (Targets go before parameters.)")]
    [InlineData("--revision many", "Parameter --Revision: 'many' is no Int32")]
    [InlineData("--self-contained perhaps", "Parameter --SelfContained: 'perhaps' is no Boolean")]
    public void A_mistake_is_told_and_nothing_runs(string commandLine, string message)
    {
        var run = BuildRun.Of(commandLine);
        Assert.Equal(-1, run.ExitCode);
        Assert.StartsWith(message, run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("===", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_option_that_does_not_exist_is_pointed_out() =>
        Assert.Contains("warning: --libdr is no parameter of this build", BuildRun.Of("Clean --libdr lib").Output, StringComparison.Ordinal);
}
