using System.Globalization;

namespace BpfTune.Sdk;

/// <summary>Reads one number from /proc/net/sockstat or sockstat6.</summary>
public static class SocketStatistics
{
    /// <summary>
    /// Finds a field by its line's first word and its own name: <c>TCP</c> / <c>mem</c> (pages, the same in every
    /// namespace), <c>FRAG</c> / <c>memory</c> (bytes, of the namespace). Null when the text has no such field.
    /// </summary>
    public static long? Read(ReadOnlySpan<char> text, string protocol, string field)
    {
        foreach (var range in text.Split('\n'))
        {
            var line = text[range];
            if (!line.StartsWith(protocol, StringComparison.Ordinal) || line.Length <= protocol.Length || line[protocol.Length] != ':')
                continue;
            var isName = true;
            var found = false;
            foreach (var part in line[(protocol.Length + 1)..].Split(' '))
            {
                var word = line[(protocol.Length + 1)..][part];
                if (word.IsEmpty)
                    continue;
                if (found)
                    return long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
                found = isName && word.SequenceEqual(field);
                isName = !isName;
            }
        }

        return null;
    }
}
