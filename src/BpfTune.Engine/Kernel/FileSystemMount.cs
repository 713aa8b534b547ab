using System.Globalization;
using System.Text;
using BpfTune.Engine.Namespaces;

namespace BpfTune.Engine.Kernel;

/// <summary>One line of /proc/PID/mountinfo (Documentation/filesystems/proc.rst, section 3.5).</summary>
/// <param name="Root">Which part of the file system is mounted: '/' for all of it.</param>
/// <param name="MountPoint">Where, as this process sees it.</param>
/// <param name="FileSystemType">For example 'cgroup2'.</param>
/// <param name="Device">Major number in the upper half.</param>
/// <param name="Options">Those of the file system, not of this one mount of it: 'rw,nsdelegate'.</param>
internal sealed record FileSystemMount(string Root, string MountPoint, string FileSystemType, ulong Device, string Options)
{
    /// <summary>Reads the whole file; lines that make no sense are left out.</summary>
    internal static IEnumerable<FileSystemMount> Parse(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            if (ParseLine(line) is { } mount)
                yield return mount;
        }
    }

    private static FileSystemMount? ParseLine(string line)
    {
        // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw; the number of fields before '-' varies.
        var separator = line.IndexOf(" - ", StringComparison.Ordinal);
        if (separator < 0)
            return null;
        var before = line[..separator].Split(' ');
        var after = line[(separator + 3)..].Split(' ');
        if (before.Length < 6)
            return null;
        var numbers = before[2].Split(':');
        if (numbers.Length != 2
            || !uint.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            || !uint.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor))
        {
            return null;
        }

        return new FileSystemMount(Unescape(before[3]), Unescape(before[4]), after[0], ((ulong)major << 32) | minor, after.Length > 2 ? after[2] : "");
    }

    private static string Unescape(string text) => text.Contains('\\', StringComparison.Ordinal)
        ? MountInfo.Unescape(Encoding.UTF8.GetBytes(text))
        : text;
}
