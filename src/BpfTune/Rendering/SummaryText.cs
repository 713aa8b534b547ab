using BpfTune.Engine.Control;

namespace BpfTune.Rendering;

/// <summary>What the daemon changed since its start, one line for each tunable, namespace and scenario.</summary>
internal static class SummaryText
{
    internal static void Write(TextWriter output, IReadOnlyList<ChangeSummary> summary)
    {
        foreach (var line in Lines(summary))
            output.Line(line);
    }

    internal static IEnumerable<string> Lines(IReadOnlyList<ChangeSummary> summary)
    {
        if (summary.Count == 0)
            yield return "nothing was changed";
        foreach (var s in summary)
            yield return $"{s.Tuner}: {s.Tunable} in {Words.Namespace(s.Namespace)} {s.First} -> {s.Last}, {Words.Count(s.Count, "change")} ({s.Scenario}: {s.Evidence})";
    }
}
