using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace BpfTune.Fresh.Tests;

/// <summary>The README's commands on machines that have nothing but the smallest Debian.</summary>
public sealed partial class FreshMachineTests : IClassFixture<FreshMachineTests.Roots>
{
    private static readonly Dictionary<string, Action<BareRoot, StepResult>> s_expected = new()
    {
        [Steps.Demo] = DemoRestoresEveryValue,
        [Steps.UnitTest] = NoUnitTestIsSkippedForWantOfAPackage,
        [Steps.Packages] = PackagesAreWhole,
        [Steps.Clang] = MoreThanOneClangCompilesAll,
    };

    public static TheoryData<string, string> Planned => [.. Suite.Plan.SelectMany(root => root.Steps, (root, step) => new TheoryDataRow<string, string>(root.Suite, step))];

    // One test for whatever is planned: what is not is no test that was skipped.
    [Theory]
    [MemberData(nameof(Planned))]
    public void A_command_does_in_a_bare_root_what_it_promises(string suite, string step)
    {
        Suite.Require();
        var (root, result) = Steps.Of(suite, step);
        Assert.True(result.ExitCode == 0, result.Tail);
        s_expected[step](root, result);
    }

    private static void DemoRestoresEveryValue(BareRoot root, StepResult result) =>
        Assert.Contains(result.Lines, line => line.StartsWith("Every value is restored; ", StringComparison.Ordinal));

    private static void NoUnitTestIsSkippedForWantOfAPackage(BareRoot root, StepResult result)
    {
        var totals = ClosingLine().Match(result.Lines[^1]);
        Assert.True(totals.Success, result.Tail);
        Assert.NotEqual("0", totals.Groups["passed"].Value);

        var skipped = Directory.GetFiles(root.FileOfClone("artifacts/test-results"), "*.xml").SelectMany(report => XDocument.Load(report).Descendants("reason")).Select(reason => reason.Value);
        Assert.DoesNotContain(skipped, reason => reason.Contains("not installed", StringComparison.Ordinal));
    }

    private static void PackagesAreWhole(BareRoot root, StepResult result)
    {
        var packages = Directory.GetFiles(root.FileOfClone("artifacts/packages/deb"), "*.deb").Select(Path.GetFileName).ToList();
        Assert.All((string[])["bpftune-core_", "bpftune-suite_", "bpftune-dev_", "bpftune-tuner-tcp-buffer_"], name => Assert.Single(packages, file => file!.StartsWith(name, StringComparison.Ordinal)));
    }

    // The newest that this Debian has as well as the usual one.
    private static void MoreThanOneClangCompilesAll(BareRoot root, StepResult result)
    {
        var compilers = result.Lines.Select(line => Compiler().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value).ToList();
        Assert.True(compilers.Distinct().Count() > 1, result.Tail);
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
