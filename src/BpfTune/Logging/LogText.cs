using System.Text;

namespace BpfTune.Logging;

/// <summary>Makes text fit for a log: others choose the names of processes and files that appear in it.</summary>
internal static class LogText
{
    /// <summary>Appends the text with control characters replaced by '?'.</summary>
    internal static void AppendClean(StringBuilder line, ReadOnlySpan<char> text, bool keepLines)
    {
        foreach (var c in text)
            line.Append(char.IsControl(c) && !(keepLines && c == '\n') && c != '\t' ? '?' : c);
    }

    /// <summary>The part of the suite that a log category stands for: a tuner's own name, 'bpftune' for all the rest.</summary>
    internal static string Source(string category) => category.Contains('.') ? "bpftune" : category;
}
