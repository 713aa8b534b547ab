using System.Text;

namespace BpfTune.Rendering;

/// <summary>What goes to a terminal is text: names of processes, namespaces and files are chosen by others.</summary>
internal static class Terminal
{
    /// <summary>Writes one line; whatever is in it, it stays one line and steers nothing.</summary>
    internal static void Line(this TextWriter output, string line) => output.WriteLine(Clean(line));

    /// <summary>The text with control characters (escape sequences, line breaks) replaced by '?'.</summary>
    internal static string Clean(string text)
    {
        if (!text.Any(char.IsControl))
            return text;
        var clean = new StringBuilder(text.Length);
        foreach (var c in text)
            clean.Append(char.IsControl(c) ? '?' : c);
        return clean.ToString();
    }
}
