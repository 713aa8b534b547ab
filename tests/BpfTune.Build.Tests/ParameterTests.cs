using BpfTune.Build.Tests.Builds;

namespace BpfTune.Build.Tests;

[Collection("host")]
public sealed class ParameterTests
{
    private static readonly Dictionary<string, string> NoVariables = [];

    private static BuildRun<ParameterBuild> Run(string commandLine, Dictionary<string, string>? environment = null) =>
        BuildRun<ParameterBuild>.Of(commandLine, () => new ParameterBuild(), build => build.Show, environment ?? NoVariables);

    [Theory]
    [InlineData("", "||False|True||Release")]
    [InlineData("--libdir lib64", "lib64||False|True||Release")]
    [InlineData("--lib-dir lib64", "lib64||False|True||Release")]
    [InlineData("--LibDir lib64", "lib64||False|True||Release")]
    [InlineData("-libdir lib64", "lib64||False|True||Release")]
    [InlineData("Show --libdir lib --libdir lib64", "lib64||False|True||Release")]
    [InlineData("--self-contained", "||True|True||Release")]
    [InlineData("--self-contained --ready-to-run false", "||True|False||Release")]
    [InlineData("--jobs 4 --configuration Debug", "||False|True|4|Debug")]
    [InlineData("--dest-dir /tmp/stage/../x", "|/tmp/x|False|True||Release")]
    public void The_command_line_gives_values(string commandLine, string shown) => Assert.Equal(shown, Run(commandLine).Build.Shown);

    [Fact]
    public void A_relative_path_starts_where_the_caller_stands() =>
        Assert.Equal($"|{Path.Combine(Environment.CurrentDirectory, "stage")}|False|True||Release", Run("--destdir stage").Build.Shown);

    [Theory]
    [InlineData("LibDir")]
    [InlineData("LIBDIR")]
    [InlineData("LIB_DIR")]
    [InlineData("NUKE_LIB_DIR")]
    public void The_environment_gives_values_that_the_command_line_lacks(string name)
    {
        var environment = new Dictionary<string, string> { [name] = "lib64" };

        Assert.Equal("lib64||False|True||Release", Run("", environment).Build.Shown);
        Assert.Equal("lib||False|True||Release", Run("--libdir lib", environment).Build.Shown);
    }

    [Fact]
    public void The_parameters_file_gives_what_both_lack()
    {
        using var root = new TemporaryDirectory();
        root.Write(".nuke/parameters.json", """{ "$schema": "./build.schema.json", "Configuration": "Debug", "LibDir": "lib64" }""");

        var run = BuildRun<ParameterBuild>.In(root, "--libdir lib", () => new ParameterBuild(), build => build.Show);

        Assert.Equal("lib||False|True||Debug", run.Build.Shown);
    }

    [Theory]
    [InlineData("--libdir", "Parameter --LibDir needs a value.")]
    [InlineData("--libdir lib Show", "Parameter --LibDir takes one value, but was given 2: lib Show. (Targets go before parameters.)")]
    [InlineData("--jobs many", "Parameter --Jobs: 'many' is no Int32")]
    [InlineData("--self-contained perhaps", "Parameter --SelfContained: 'perhaps' is no Boolean")]
    [InlineData("--plan Show", "Parameter --plan: 'Show' is no Boolean")]
    public void A_value_that_does_not_fit_is_refused(string commandLine, string message)
    {
        var run = Run(commandLine);

        Assert.Equal(-1, run.ExitCode);
        Assert.Null(run.Build.Shown);
        Assert.StartsWith(message, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_parameter_that_does_not_exist_is_pointed_out()
    {
        Assert.Contains("warning: --libdr is no parameter of this build", Run("--libdr lib").Output, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", Run("--no-logo --libdir lib").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_writes_names_with_dashes() =>
        Assert.Matches(@"--lib-dir +The directory of libraries\n", Run("--help").Output);
}
