using System.Globalization;

namespace BpfTune.LibBpf;

/// <summary>Numbers that the kernel tells of a descriptor only in /proc.</summary>
internal static class FdInfo
{
    /// <summary>The number behind a key; null when /proc is not there or has no such key.</summary>
    internal static long? Read(int fd, string key)
    {
        try
        {
            foreach (var line in File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fdinfo/{fd}")))
            {
                if (line.StartsWith(key, StringComparison.Ordinal)
                    && long.TryParse(line.AsSpan(key.Length).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                {
                    return value;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        return null;
    }
}
