using System.Globalization;

namespace BpfTune.Tuners.NeighbourTable;

/// <summary>Reads /proc/net/stat/arp_cache and ndisc_cache.</summary>
internal static class NeighbourStatistics
{
    /// <summary>Entries of the table, the permanent ones among them; null when the text does not say.</summary>
    /// <param name="text">
    /// A line of names, then a line of hexadecimal numbers for each processor (neigh_stat_seq_show() in
    /// net/core/neighbour.c). The first is the same in all lines: it is the table's.
    /// </param>
    public static long? Entries(string text)
    {
        var lines = text.AsSpan().EnumerateLines();
        if (!lines.MoveNext() || !lines.Current.StartsWith("entries", StringComparison.Ordinal) || !lines.MoveNext())
            return null;
        var line = lines.Current;
        var end = line.IndexOf(' ');
        return long.TryParse(end < 0 ? line : line[..end], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var entries)
            ? entries
            : null;
    }
}
