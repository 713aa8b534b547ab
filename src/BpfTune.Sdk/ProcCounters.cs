using System.Globalization;

namespace BpfTune.Sdk;

/// <summary>Reads one counter from the paired lines of /proc/net/netstat and /proc/net/snmp, or the single ones of snmp6.</summary>
public static class ProcCounters
{
    /// <summary>
    /// Finds a counter such as <c>TcpExt</c> / <c>ListenDrops</c>: a line of names and a line of numbers, both beginning
    /// with the group's name and a colon. Null when this kernel has no such counter.
    /// </summary>
    public static long? Read(ReadOnlySpan<char> text, string group, string counter)
    {
        var prefix = group + ":";
        var position = -1;
        foreach (var range in text.Split('\n'))
        {
            var line = text[range];
            if (!line.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            line = line[prefix.Length..];
            if (position < 0)
            {
                position = IndexOfWord(line, counter);
                if (position < 0)
                    return null;
                continue;
            }

            return WordAt(line, position) is var word
                && long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;
        }

        return null;
    }

    /// <summary>
    /// Finds a counter such as <c>Udp6InDatagrams</c> where each line holds a name and a number, as /proc/net/snmp6 does.
    /// Null when this kernel has no such counter.
    /// </summary>
    public static long? ReadLine(ReadOnlySpan<char> text, string counter)
    {
        foreach (var range in text.Split('\n'))
        {
            var line = text[range];
            if (line.StartsWith(counter, StringComparison.Ordinal) && line.Length > counter.Length && line[counter.Length] is (' ' or '\t'))
                return long.TryParse(line[counter.Length..].Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;
        }

        return null;
    }

    private static int IndexOfWord(ReadOnlySpan<char> line, string word)
    {
        var index = 0;
        foreach (var range in line.Split(' '))
        {
            var candidate = line[range];
            if (candidate.IsEmpty)
                continue;
            if (candidate.SequenceEqual(word))
                return index;
            index++;
        }

        return -1;
    }

    private static ReadOnlySpan<char> WordAt(ReadOnlySpan<char> line, int position)
    {
        var index = 0;
        foreach (var range in line.Split(' '))
        {
            var candidate = line[range];
            if (!candidate.IsEmpty && index++ == position)
                return candidate;
        }

        return default;
    }
}
