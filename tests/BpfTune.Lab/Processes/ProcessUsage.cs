using System.Globalization;

namespace BpfTune.Lab;

/// <summary>What a process uses, from /proc.</summary>
/// <param name="CpuSeconds">User and system time; the kernel counts it in hundredths.</param>
/// <param name="ProportionalBytes">PSS: its share of the memory that it has with others, and all of its own.</param>
/// <param name="PrivateDirtyBytes">Memory that it alone has and has written to.</param>
/// <param name="ResidentBytes">RSS.</param>
/// <param name="Threads">Number of threads.</param>
/// <param name="Descriptors">Number of open file descriptors.</param>
public sealed record ProcessUsage(double CpuSeconds, long ProportionalBytes, long PrivateDirtyBytes, long ResidentBytes, int Threads, int Descriptors)
{
    /// <summary>Reads it; null when there is no such process (any more).</summary>
    public static ProcessUsage? TryRead(int pid)
    {
        string root = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}");
        try
        {
            ProcStat stat = ProcStat.Parse(File.ReadAllText(root + "/stat"));
            string memory = File.ReadAllText(root + "/smaps_rollup");
            return new ProcessUsage(
                stat.CpuSeconds,
                Kilobytes(memory, "Pss") * 1024,
                Kilobytes(memory, "Private_Dirty") * 1024,
                Kilobytes(memory, "Rss") * 1024,
                Directory.GetDirectories(root + "/task").Length,
                Directory.GetFileSystemEntries(root + "/fd").Length);
        }
        catch (IOException)
        {
            // A process that ends while it is looked at (ENOENT, ESRCH).
            return null;
        }
    }

    internal static long Kilobytes(string smaps, string key)
    {
        foreach (ReadOnlySpan<char> line in smaps.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(key, StringComparison.Ordinal) && line.Length > key.Length && line[key.Length] == ':')
            {
                ReadOnlySpan<char> value = line[(key.Length + 1)..].Trim();
                return long.Parse(value[..value.IndexOf(' ')], CultureInfo.InvariantCulture);
            }
        }

        throw new FormatException($"no line '{key}' in smaps_rollup");
    }
}
