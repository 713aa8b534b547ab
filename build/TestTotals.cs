using System.Xml;
using System.Xml.Linq;

/// <summary>How many tests of one suite, or of several together, passed, failed and were skipped.</summary>
internal sealed record TestTotals(int Passed, int Failed, int Skipped)
{
    /// <summary>No test at all.</summary>
    public static TestTotals None { get; } = new(0, 0, 0);

    /// <summary>Of a suite that was stopped: its tests are not known, and it failed.</summary>
    public static TestTotals Stopped { get; } = new(0, 1, 0);

    /// <summary>Both together.</summary>
    public static TestTotals operator +(TestTotals left, TestTotals right) =>
        new(left.Passed + right.Passed, left.Failed + right.Failed, left.Skipped + right.Skipped);

    /// <summary>Reads the report that a suite of xunit writes with <c>-xml</c>.</summary>
    /// <param name="report">The file. A suite that crashed has left none, or half of one.</param>
    /// <param name="exitCode">Of the suite: an exit code other than 0 without a failed test is a failure too.</param>
    /// <param name="trouble">What went wrong apart from tests that failed; null if nothing did.</param>
    /// <returns>The totals, with one failure for the trouble if there is any: no suite may fail, nor run nothing, and look well.</returns>
    public static TestTotals Read(string report, int exitCode, out string? trouble)
    {
        var totals = None;
        try
        {
            foreach (var assembly in XDocument.Load(report).Descendants("assembly"))
            {
                int Count(string name) => (int?)assembly.Attribute(name) ?? throw new XmlException($"no {name} in {report}");
                totals += new TestTotals(Count("passed"), Count("failed") + Count("errors"), Count("skipped"));
            }

            trouble = totals switch
            {
                { Passed: 0, Failed: 0, Skipped: 0 } => "ran no test",
                { Failed: 0 } when exitCode != 0 => $"ended with exit code {exitCode}, though no test failed",
                _ => null,
            };
        }
        catch (Exception exception) when (exception is IOException or XmlException or FormatException)
        {
            trouble = $"ended with exit code {exitCode} and left no report of its tests";
        }

        return trouble is null ? totals : totals + new TestTotals(0, 1, 0);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Passed} passed, {Failed} failed, {Skipped} skipped";
}
