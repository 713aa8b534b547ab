using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace BpfTune.Fresh.Tests;

/// <summary>The README's commands on machines that have nothing but the smallest Debian.</summary>
public sealed partial class FreshMachineTests : IClassFixture<FreshMachineTests.Roots>
{
    public static TheoryData<string> Names => [.. Suite.Roots];

    [Theory]
    [MemberData(nameof(Names))]
    public void Demo_shows_what_it_promises_and_restores_every_value(string suite)
    {
        var (_, result) = Of(suite, Steps.Demo);
        Assert.True(result.ExitCode == 0, result.Tail);
        Assert.Contains(result.Lines, line => line.StartsWith("Every value is restored; ", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void UnitTest_passes_and_skips_nothing_that_could_be_installed(string suite)
    {
        var (root, result) = Of(suite, Steps.UnitTest);
        Assert.True(result.ExitCode == 0, result.Tail);
        var totals = ClosingLine().Match(result.Lines[^1]);
        Assert.True(totals.Success, result.Tail);
        Assert.NotEqual("0", totals.Groups["passed"].Value);

        var skipped = Directory.GetFiles(root.FileOfClone("artifacts/test-results"), "*.xml").SelectMany(report => XDocument.Load(report).Descendants("reason")).Select(reason => reason.Value);
        Assert.DoesNotContain(skipped, reason => reason.Contains("not installed", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Packages_are_made_with_what_the_build_itself_installed(string suite)
    {
        var (root, result) = Of(suite, Steps.Packages);
        Assert.True(result.ExitCode == 0, result.Tail);
        var packages = Directory.GetFiles(root.FileOfClone("artifacts/packages/deb"), "*.deb").Select(Path.GetFileName).ToList();
        Assert.All((string[])["bpftune-core_", "bpftune-suite_", "bpftune-dev_", "bpftune-tuner-tcp-buffer_"], name => Assert.Single(packages, file => file!.StartsWith(name, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_BPF_program_compiles_with_the_newest_clang_as_with_the_usual_one(string suite)
    {
        var (_, result) = Of(suite, Steps.Clang);
        Assert.True(result.ExitCode == 0, result.Tail);
        var compilers = result.Lines.Select(line => Compiler().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value).ToList();
        Assert.True(compilers.Distinct().Count() > 1, result.Tail);
    }

    private static (BareRoot Root, StepResult Result) Of(string suite, string step)
    {
        Suite.Require();
        return Steps.Of(suite, step);
    }

    [GeneratedRegex(@"^clang (\d+)\S*, libbpf \S+: (\d+) of \2 objects$")]
    private static partial Regex Compiler();

    [GeneratedRegex(@"^(?<passed>\d+) passed, 0 failed, \d+ skipped$")]
    private static partial Regex ClosingLine();

    /// <summary>The roots go when all tests have run.</summary>
    public sealed class Roots : IDisposable
    {
        public void Dispose() => Steps.Leave();
    }
}
