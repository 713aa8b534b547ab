using BpfTune.Engine.Control;

namespace BpfTune.Rendering;

/// <summary>The listing of changes.</summary>
internal static class ChangesText
{
    internal static void Write(TextWriter output, IReadOnlyList<ChangeReport> changes)
    {
        if (changes.Count == 0)
            output.Line("nothing was changed");
        foreach (var change in changes)
        {
            output.Line($"{Words.Time(change.At)}  {change.Tuner}: {change.Tunable} {change.Old} -> {change.New} in {Words.Namespace(change.Namespace)}");
            output.Line($"    {change.Scenario}: {change.Evidence}");
            if (change.Trial is { } trial)
                output.Line($"    {trial}");
        }
    }
}
