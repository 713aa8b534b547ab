using BpfTune.Engine.Control;

namespace BpfTune.Rendering;

/// <summary>What a rollback did, or would do.</summary>
internal static class RollbackText
{
    internal static void Write(TextWriter output, IReadOnlyList<RollbackReport> entries)
    {
        if (entries.Count == 0)
            output.Line("there is nothing to put back");
        foreach (var entry in entries.Where(entry => !entry.IsDamage()))
            output.Line(entry.Text);
    }
}
