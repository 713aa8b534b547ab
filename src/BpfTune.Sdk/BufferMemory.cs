using System.Globalization;

namespace BpfTune.Sdk;

/// <summary>
/// How much memory the kernel reckons with for network buffers, as its <c>nr_free_buffer_pages</c> does: the managed
/// pages of zone Normal above the high watermark, of DMA32 where Normal is empty (mm/page_alloc.c).
/// </summary>
public static class BufferMemory
{
    /// <summary>The pages that this machine has now.</summary>
    public static long FreeBufferPages() => FreeBufferPages(File.ReadAllText("/proc/zoneinfo"));

    /// <summary>How many entries of one size fit into a share of that memory.</summary>
    /// <param name="freeBufferPages">0 when unknown, then none do.</param>
    /// <param name="pageSize">In bytes.</param>
    /// <param name="share">One part of so many.</param>
    /// <param name="entrySize">In bytes.</param>
    public static long Entries(long freeBufferPages, int pageSize, long share, long entrySize) =>
        Math.Min(Math.Max(0, freeBufferPages), long.MaxValue / pageSize) * pageSize / share / entrySize;

    /// <summary>Sums the pages from the text of /proc/zoneinfo. 0 when it has neither zone.</summary>
    public static long FreeBufferPages(string zoneInfo)
    {
        long normal = 0, dma32 = 0, high = 0;
        var zone = "";
        foreach (var range in zoneInfo.AsSpan().Split('\n'))
        {
            var line = zoneInfo.AsSpan(range).Trim();
            if (line.StartsWith("Node ", StringComparison.Ordinal))
            {
                var at = line.IndexOf("zone", StringComparison.Ordinal);
                zone = at < 0 ? "" : line[(at + 4)..].Trim().ToString();
                high = 0;
            }
            else if (TryField(line, "high", out var value))
            {
                high = value;
            }
            else if (TryField(line, "managed", out value))
            {
                var free = Math.Max(0, value - high);
                if (zone == "Normal")
                    normal += free;
                else if (zone == "DMA32")
                    dma32 += free;
            }
        }

        return normal > 0 ? normal : dma32;
    }

    private static bool TryField(ReadOnlySpan<char> line, string name, out long value)
    {
        value = 0;
        return line.StartsWith(name, StringComparison.Ordinal)
            && line.Length > name.Length && line[name.Length] == ' '
            && long.TryParse(line[name.Length..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
