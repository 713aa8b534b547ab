using System.Globalization;
using BpfTune.Sdk;

namespace BpfTune.Engine.Kernel;

/// <summary>The running kernel's release.</summary>
public static class KernelRelease
{
    /// <summary>As /proc/sys/kernel/osrelease has it.</summary>
    /// <exception cref="IOException">/proc is not mounted.</exception>
    public static KernelFacts Read() => Parse(File.ReadAllText("/proc/sys/kernel/osrelease"));

    internal static KernelFacts Parse(string text)
    {
        var release = text.Trim();
        var digits = 0;
        var dots = 0;
        while (digits < release.Length && (char.IsAsciiDigit(release[digits]) || (release[digits] == '.' && ++dots < 2)))
            digits++;
        var parts = release[..digits].Split('.');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
                ? new KernelFacts(release, new Version(major, minor))
                : new KernelFacts(release, new Version(0, 0));
    }
}
