using System.Text.RegularExpressions;
using BpfTune.Engine.Control;

namespace BpfTune.Rendering;

/// <summary>
/// What a rollback would do as commands for a shell. They are meant to be run by root, so nothing but the names and values
/// of settings can get into them; whatever is not to be done here is a comment.
/// </summary>
internal static partial class RollbackScriptText
{
    internal static void Write(TextWriter output, IReadOnlyList<RollbackReport> entries)
    {
        if (entries.Count == 0)
            output.Line("# there is nothing to put back");
        foreach (var entry in entries)
            output.Line(Line(entry));
    }

    private static string Line(RollbackReport entry)
    {
        if (entry.Outcome != "would_restore" || !Name().IsMatch(entry.Tunable) || !Value().IsMatch(entry.To))
            return $"# {entry.Text}";
        var command = $"sysctl -w {entry.Tunable}={(entry.To.Contains(' ', StringComparison.Ordinal) ? $"\"{entry.To}\"" : entry.To)}";
        return entry.Namespace == "global" ? command : $"# in {Words.Namespace(entry.Namespace)}: {command}";
    }

    // \z, for $ lets a line break pass.
    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._/-]*\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"^[A-Za-z0-9._,-][A-Za-z0-9._, -]*\z")]
    private static partial Regex Value();
}
