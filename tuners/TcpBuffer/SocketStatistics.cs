using System.Globalization;

namespace BpfTune.Tuners.TcpBuffer;

/// <summary>Reads /proc/net/sockstat.</summary>
internal static class SocketStatistics
{
    /// <summary>TCP's memory in pages (the same in every namespace); null when the text has no such field.</summary>
    public static long? TcpPages(string sockstat)
    {
        foreach (var range in sockstat.AsSpan().Split('\n'))
        {
            var line = sockstat.AsSpan(range);
            if (!line.StartsWith("TCP:", StringComparison.Ordinal))
                continue;
            var at = line.IndexOf(" mem ", StringComparison.Ordinal);
            if (at >= 0 && long.TryParse(line[(at + 5)..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pages))
                return pages;
        }

        return null;
    }
}
