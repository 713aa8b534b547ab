namespace BpfTune.Build.Tests;

public sealed class TestTotalsTests
{
    private static TestTotals Read(string? report, int exitCode, out string? trouble)
    {
        using var directory = new TemporaryDirectory();
        if (report is not null)
            directory.Write("report.xml", report);
        return TestTotals.Read(directory["report.xml"], exitCode, out trouble);
    }

    private static string Report(int passed, int failed, int skipped, int errors = 0) =>
        $"""<assemblies><assembly passed="{passed}" failed="{failed}" skipped="{skipped}" errors="{errors}" /></assemblies>""";

    [Fact]
    public void A_report_is_read()
    {
        Assert.Equal(new TestTotals(5, 0, 2), Read(Report(5, 0, 2), 0, out var trouble));
        Assert.Null(trouble);
        Assert.Equal(new TestTotals(5, 3, 0), Read(Report(5, 1, 0, errors: 2), 1, out trouble));
        Assert.Null(trouble);
    }

    [Fact]
    public void A_suite_that_only_skips_is_well() => Assert.Equal(new TestTotals(0, 0, 4), Read(Report(0, 0, 4), 0, out _));

    [Theory]
    [InlineData(null, 134, "ended with exit code 134 and left no report of its tests")]
    [InlineData("<assemblies><assembly passed=\"4\"", 139, "ended with exit code 139 and left no report of its tests")]
    [InlineData("<assemblies><assembly passed=\"4\" failed=\"0\" /></assemblies>", 0, "ended with exit code 0 and left no report of its tests")]
    [InlineData("<assemblies></assemblies>", 0, "ran no test")]
    [InlineData("<assemblies><assembly passed=\"0\" failed=\"0\" skipped=\"0\" errors=\"0\" /></assemblies>", 0, "ran no test")]
    [InlineData("<assemblies><assembly passed=\"4\" failed=\"0\" skipped=\"0\" errors=\"0\" /></assemblies>", 3, "ended with exit code 3, though no test failed")]
    public void A_suite_that_crashed_or_ran_nothing_counts_as_a_failure(string? report, int exitCode, string expected)
    {
        var totals = Read(report, exitCode, out var trouble);

        Assert.Equal(expected, trouble);
        Assert.Equal(1, totals.Failed);
    }

    [Fact]
    public void Totals_add_up_and_read_as_one_line() =>
        Assert.Equal("7 passed, 1 failed, 2 skipped", (new TestTotals(3, 1, 0) + new TestTotals(4, 0, 2)).ToString());

    [Fact]
    public void Failed_tests_and_errors_outside_of_tests_are_named_in_one_line_each()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("report.xml", """
            <assemblies><assembly>
              <collection><test name="A.Passes" result="Pass"/><test name="A.Fails" result="Fail"><failure><message>Assert.Equal()
              Expected: 1</message></failure></test></collection>
              <errors><error type="assembly-cleanup" name="A.dll"><failure><message>still open</message></failure></error></errors>
            </assembly></assemblies>
            """);

        Assert.Equal(["failed: A.Fails: Assert.Equal() Expected: 1", "failed: A.dll: still open"], FailedTest.Read(directory["report.xml"]).Select(test => test.ToString()));
        Assert.Empty(FailedTest.Read(directory["absent.xml"]));
    }
}
