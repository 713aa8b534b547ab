using System.Globalization;

namespace BpfTune.Sdk;

/// <summary>
/// How much memory may be promised to network buffers: what is available without swapping (MemAvailable of
/// /proc/meminfo, which leaves out what is held already), and none at all while tasks wait for memory (PSI: 'some avg10'
/// of /proc/pressure/memory, Documentation/accounting/psi.rst).
/// </summary>
public static class BufferMemory
{
    /// <summary>
    /// Per cent of the last ten seconds in which some task waited for memory, beyond which memory counts as short. A
    /// machine that only refills its page cache stays below it.
    /// </summary>
    public const double ShortFrom = 5;

    private const string MemoryFile = "/proc/meminfo";
    private const string PressureFile = "/proc/pressure/memory";

    /// <summary>The pages that this machine has to give now. 0 when none, or when nothing tells.</summary>
    public static long AvailablePages() =>
        AvailablePages(TryRead(MemoryFile), TryRead(PressureFile), Environment.SystemPageSize);

    /// <summary>The same from the texts of the two files.</summary>
    /// <param name="memory">/proc/meminfo; null when it cannot be read: then there is nothing to promise.</param>
    /// <param name="pressure">/proc/pressure/memory; null on a kernel without it.</param>
    /// <param name="pageSize">In bytes.</param>
    public static long AvailablePages(string? memory, string? pressure, int pageSize)
    {
        if (memory is null || (pressure is not null && SomeWaiting(pressure) >= ShortFrom))
            return 0;
        foreach (var line in memory.AsSpan().EnumerateLines())
        {
            const string name = "MemAvailable:";
            if (!line.StartsWith(name, StringComparison.Ordinal))
                continue;
            var number = line[name.Length..].Trim();
            var end = number.IndexOf(' ');
            return end > 0 && number[end..].Trim() is "kB"
                && long.TryParse(number[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes)
                ? kibibytes / (pageSize / 1024)
                : 0;
        }

        return 0;
    }

    /// <summary>How many entries of one size fit into a share of that memory.</summary>
    /// <param name="availablePages">0 when there are none, then none do.</param>
    /// <param name="pageSize">In bytes.</param>
    /// <param name="share">One part of so many.</param>
    /// <param name="entrySize">In bytes.</param>
    public static long Entries(long availablePages, int pageSize, long share, long entrySize) =>
        Math.Min(Math.Max(0, availablePages), long.MaxValue / pageSize) * pageSize / share / entrySize;

    /// <summary>'some avg10=1.53 avg60=…': the per cent; 0 when the text does not say.</summary>
    private static double SomeWaiting(string pressure)
    {
        foreach (var line in pressure.AsSpan().EnumerateLines())
        {
            const string prefix = "some avg10=";
            if (!line.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            var number = line[prefix.Length..];
            var end = number.IndexOf(' ');
            return double.TryParse(end < 0 ? number : number[..end], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) ? share : 0;
        }

        return 0;
    }

    private static string? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A kernel without PSI has no such file, or refuses to read it (psi=0: EOPNOTSUPP).
            return null;
        }
    }
}
