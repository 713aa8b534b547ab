namespace BpfTune.Settings;

/// <summary>
/// One line of a settings file, as people write them: <c>key = value</c>, <c>key: value</c>, with <c>export</c> before
/// the key or dashes in it, in any case; or the head of a section.
/// </summary>
/// <param name="Key">The key in lower case with underscores, or the first word of a line that has no value; may be empty.</param>
/// <param name="Value">What stands behind the key, comment and quotes included; null when the line is no setting.</param>
/// <param name="Section">The name of the section that begins here; null when none does.</param>
internal readonly record struct SettingsLine(string Key, string? Value, string? Section)
{
    private const char ByteOrderMark = '\uFEFF';

    /// <summary>Reads a line; null when there is nothing on it but a comment.</summary>
    internal static SettingsLine? Parse(ReadOnlySpan<char> text)
    {
        // Files that were joined have a mark in their middle, too.
        var line = text.Trim().Trim(ByteOrderMark).Trim();
        if (line.IsEmpty || line[0] is '#' or ';')
            return null;
        if (line[0] == '[' && line.IndexOf(']') is > 0 and var end && IsComment(line[(end + 1)..]))
            return new SettingsLine("", null, line[1..end].Trim().ToString());

        var separator = line.IndexOfAny('=', ':');
        var left = separator < 0 ? line : line[..separator];
        var key = WithoutExport(left.Trim());
        if (separator >= 0)
            return new SettingsLine(Name(key), line[(separator + 1)..].Trim().ToString(), null);
        var blank = key.IndexOfAny(' ', '\t');
        return new SettingsLine(Name(blank < 0 ? key : key[..blank]), null, null);
    }

    private static bool IsComment(ReadOnlySpan<char> rest)
    {
        rest = rest.Trim();
        return rest.IsEmpty || rest[0] is '#' or ';';
    }

    private static ReadOnlySpan<char> WithoutExport(ReadOnlySpan<char> key)
    {
        const string Export = "export";
        return key.Length > Export.Length && key.StartsWith(Export, StringComparison.OrdinalIgnoreCase) && char.IsWhiteSpace(key[Export.Length])
            ? key[Export.Length..].Trim()
            : key;
    }

    // Quoted as in JSON, and with the dashes of the option that it is named after.
    private static string Name(ReadOnlySpan<char> key) =>
        key.Trim("\"'").TrimStart('-').ToString().ToLowerInvariant().Replace('-', '_');
}
