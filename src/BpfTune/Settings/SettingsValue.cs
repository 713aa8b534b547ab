using System.Text;

namespace BpfTune.Settings;

/// <summary>
/// What stands behind a key: quotes, single or double, are taken off, and a comment that begins with a # or ; after a
/// blank is left out.
/// </summary>
internal static class SettingsValue
{
    private const string NotClosed = "a quote is not closed";

    /// <summary>The value as one text; null, with the problem, when it cannot be told where it ends.</summary>
    internal static string? Scalar(string written, out string? problem)
    {
        var text = new StringBuilder();
        var kept = 0;
        problem = Read(written, static c => char.IsWhiteSpace(c), (c, isQuoted) =>
        {
            text.Append(c);
            if (isQuoted || !char.IsWhiteSpace(c))
                kept = text.Length;
        });
        return problem is null ? text.ToString(0, kept) : null;
    }

    /// <summary>The value as a list with commas, blanks or both, perhaps in brackets; a quoted entry may have blanks.</summary>
    internal static string[]? List(string written, out string? problem)
    {
        var entries = new List<string>();
        var entry = new StringBuilder();
        problem = Read(written, IsBetween, (c, isQuoted) =>
        {
            if (isQuoted || !IsBetween(c))
            {
                entry.Append(c);
                return;
            }

            if (entry.Length > 0)
                entries.Add(entry.ToString());
            entry.Clear();
        });
        if (entry.Length > 0)
            entries.Add(entry.ToString());
        return problem is null ? [.. entries] : null;
    }

    private static bool IsBetween(char c) => char.IsWhiteSpace(c) || c is ',' or '[' or ']';

    private static bool IsEscape(string written, int at, char quote) =>
        quote == '"' && written[at] == '\\' && at + 1 < written.Length && (written[at + 1] is '"' or '\\');

    // A quote opens at the beginning of a word only: an apostrophe inside one is an apostrophe.
    private static string? Read(string written, Func<char, bool> isBetween, Action<char, bool> take)
    {
        var quote = '\0';
        var isStart = true;
        for (var i = 0; i < written.Length; i++)
        {
            var c = written[i];
            if (quote != '\0')
            {
                if (c == quote)
                    quote = '\0';
                else
                    take(IsEscape(written, i, quote) ? written[++i] : c, true);
                continue;
            }

            if (isStart && (c is '#' or ';'))
                break;
            if (isStart && (c is '"' or '\''))
                quote = c;
            else
                take(c, false);
            isStart = isBetween(c);
        }

        return quote == '\0' ? null : NotClosed;
    }
}
