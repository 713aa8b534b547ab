using System.Xml;
using System.Xml.Linq;

/// <summary>A test that failed, as the end of the build names it: who reads only the end must not have to search for it.</summary>
internal sealed record FailedTest(string Name, string Reason)
{
    // A line in a terminal; the whole message stands where the suite printed it.
    const int LongestReason = 300;

    /// <summary>Reads which tests failed from the report that a suite of xunit writes with <c>-xml</c>.</summary>
    /// <param name="report">The file. One that is absent or broken names none; <see cref="TestTotals.Read"/> says so.</param>
    public static IReadOnlyList<FailedTest> Read(string report)
    {
        try
        {
            var document = XDocument.Load(report);
            return
            [
                .. document.Descendants("test")
                    .Where(test => (string?)test.Attribute("result") == "Fail")
                    .Select(test => new FailedTest((string?)test.Attribute("name") ?? "a test without a name", OneLine((string?)test.Descendants("message").FirstOrDefault()))),
                .. document.Descendants("error")
                    .Select(error => new FailedTest((string?)error.Attribute("name") ?? (string?)error.Attribute("type") ?? "outside a test", OneLine((string?)error.Descendants("message").FirstOrDefault()))),
            ];
        }
        catch (Exception exception) when (exception is IOException or XmlException)
        {
            return [];
        }
    }

    static string OneLine(string? message)
    {
        var line = string.Join(' ', (message ?? "no message").Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= LongestReason ? line : line[..LongestReason] + " …";
    }

    /// <inheritdoc/>
    public override string ToString() => $"failed: {Name}: {Reason}";
}
