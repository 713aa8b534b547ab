using BpfTune.Build.Tests.Builds;

namespace BpfTune.Build.Tests;

[Collection("host")]
public sealed class TargetGraphTests
{
    private static BuildRun<GraphBuild> Run(string commandLine, bool condition = false, bool met = true) =>
        BuildRun<GraphBuild>.Of(commandLine, () => new GraphBuild { Condition = condition, Met = met }, build => build.Compile);

    [Theory]
    [InlineData("", "Restore Compile finished")]
    [InlineData("Compile", "Restore Compile finished")]
    [InlineData("compile", "Restore Compile finished")]
    [InlineData("--target Compile", "Restore Compile finished")]
    [InlineData("Compile Clean", "Clean Restore Compile finished")]
    [InlineData("Compile+Clean", "Clean Restore Compile finished")]
    [InlineData("Clean", "Clean finished")]
    [InlineData("live-test", "Restore Compile LiveTest finished")]
    [InlineData("Twice", "first second finished")]
    [InlineData("Compile --skip Restore", "Compile finished")]
    [InlineData("Compile --skip", "Compile finished")]
    public void Runs_what_is_wanted_in_the_order_it_needs(string commandLine, string ran)
    {
        var run = Run(commandLine);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(ran, string.Join(' ', run.Build.Ran));
    }

    [Fact]
    public void A_failure_stops_what_comes_after_and_fails_the_build()
    {
        var run = Run("AfterBreaks");

        Assert.Equal(-1, run.ExitCode);
        Assert.Equal(["Breaks", "finished"], run.Build.Ran);
        Assert.Matches(@"Breaks +Failed", run.Output);
        Assert.Matches(@"AfterBreaks +NotRun", run.Output);
        Assert.Contains("Breaks is broken", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_that_is_assured_runs_after_a_failure()
    {
        var run = Run("AfterBreaks Tidy");

        Assert.Equal(-1, run.ExitCode);
        Assert.Equal(["Breaks", "Tidy", "finished"], run.Build.Ran);
    }

    [Fact]
    public void A_target_that_proceeds_after_failure_fails_the_build_but_stops_nothing()
    {
        var run = Run("TestAll");

        Assert.Equal(-1, run.ExitCode);
        Assert.Equal(["Restore", "Compile", "UnitTest", "LiveTest", "finished"], run.Build.Ran);
        Assert.Matches(@"UnitTest +Failed", run.Output);
    }

    [Theory]
    [InlineData("Conditional", false, "Restore finished")]
    [InlineData("Conditional", true, "Restore Conditional finished")]
    [InlineData("Static", false, "finished")]
    [InlineData("Static", true, "Static finished")]
    public void A_condition_that_does_not_hold_skips_the_target(string target, bool condition, string ran)
    {
        var run = Run(target, condition);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(ran, string.Join(' ', run.Build.Ran));
        Assert.Equal(!condition, run.Output.Contains("Skipped", StringComparison.Ordinal));
        Assert.Equal(!condition, run.Output.Contains("// Condition", StringComparison.Ordinal));
    }

    [Fact]
    public void A_requirement_that_is_not_met_fails_before_the_first_target()
    {
        Assert.Equal(["Restore", "Demanding", "finished"], Run("Demanding").Build.Ran);

        var run = Run("Demanding", met: false);

        Assert.Equal(-1, run.ExitCode);
        Assert.Equal(["finished"], run.Build.Ran);
        Assert.Contains("Target 'Demanding' requires: ", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_target_lists_those_that_there_are()
    {
        var run = Run("Compil");

        Assert.Equal(-1, run.ExitCode);
        Assert.Empty(run.Build.Ran);
        Assert.StartsWith("Target with name 'Compil' does not exist. Available targets are:\n  - AfterBreaks\n  - Breaks\n  - Clean\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_tells_targets_and_parameters_and_runs_nothing()
    {
        var run = Run("Compile --help");

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Build.Ran);
        Assert.Contains("  Compile (default) -> Restore\n      Compiles all\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("--target", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Hidden", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_tells_the_order_and_runs_nothing()
    {
        var run = Run("TestAll --plan");

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Build.Ran);
        Assert.Equal(
            "  1. Restore\n  2. Compile  after Restore\n  3. UnitTest  after Compile\n  4. LiveTest  after Compile\n  5. TestAll  (invoked)  after UnitTest, LiveTest\n",
            run.Output);
    }

    [Fact]
    public void A_circle_is_named_without_those_outside_it()
    {
        var run = BuildRun<CircleBuild>.Of("Outside", () => new CircleBuild(), build => build.Outside);

        Assert.Equal(-1, run.ExitCode);
        Assert.StartsWith("Circular dependencies between targets: ", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Outside", run.Output, StringComparison.Ordinal);
        Assert.All(["First", "Second", "Third"], name => Assert.Contains(name, run.Output, StringComparison.Ordinal));
    }

    [Fact]
    public void The_table_has_every_target_and_a_total()
    {
        var output = Run("Compile").Output;

        Assert.Matches(@"Target +Status +Duration", output);
        Assert.Matches(@"Restore +Succeeded +< 1sec", output);
        Assert.Matches(@"Compile +Succeeded +< 1sec", output);
        Assert.Matches(@"Total +< 1sec", output);
        Assert.Contains("Build succeeded.", output, StringComparison.Ordinal);
    }
}
