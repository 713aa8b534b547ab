using BpfTune.Engine.Control;

namespace BpfTune.Rendering;

/// <summary>What the daemon did since its start: one line for each tunable, namespace and scenario, and for what was done by other means.</summary>
internal static class SummaryText
{
    internal static void Write(TextWriter output, RunSummary summary)
    {
        foreach (var line in Lines(summary))
            output.Line(line);
    }

    internal static IEnumerable<string> Lines(RunSummary summary)
    {
        if (summary.Changes.Count == 0 && summary.Deeds.Count == 0)
            yield return "nothing was changed";
        foreach (var s in summary.Changes)
            yield return $"{s.Tuner}: {s.Tunable} in {Words.Namespace(s.Namespace)} {s.First} -> {s.Last}, {Words.Count(s.Count, "change")} ({s.Scenario}: {s.Evidence})";
        foreach (var deed in summary.Deeds)
            yield return $"{deed.Tuner}: {deed.Text}";
    }
}
