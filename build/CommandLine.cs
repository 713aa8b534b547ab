using System.Text.RegularExpressions;

/// <summary>Words as one text, as ProcessStartInfo.Arguments takes them apart again.</summary>
internal static partial class CommandLine
{
    /// <summary>Joins words.</summary>
    public static string Of(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    private static string Quote(string word) =>
        word.Length > 0 && !word.Any(letter => char.IsWhiteSpace(letter) || letter == '"')
            ? word
            : $"\"{BeforeQuote().Replace(word, match => match.Groups[1].Value + match.Value.Replace("\"", "\\\""))}\"";

    // A backslash is only a backslash there, unless a quote comes after it: the word's own or the closing one.
    [GeneratedRegex("(\\\\*)(?:\"|$)")]
    private static partial Regex BeforeQuote();
}
