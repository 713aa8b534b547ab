namespace BpfTune.Doctor;

/// <summary>The distribution's name (os-release(5)).</summary>
internal static class OsRelease
{
    /// <summary>The name for people; 'unknown' when no file says it.</summary>
    internal static string Read()
    {
        foreach (var path in (ReadOnlySpan<string>)["/etc/os-release", "/usr/lib/os-release"])
        {
            try
            {
                if (Parse(File.ReadAllText(path)) is { } name)
                    return name;
            }
            catch (IOException)
            {
                // The next one, then: neither need exist.
            }
        }

        return "unknown";
    }

    /// <summary>PRETTY_NAME, without its quotes; null when it is not there.</summary>
    internal static string? Parse(string text)
    {
        const string Key = "PRETTY_NAME=";
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(Key, StringComparison.Ordinal))
                return line[Key.Length..].Trim().Trim('"').Trim('\'').ToString();
        }

        return null;
    }
}
