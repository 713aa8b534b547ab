using System.Globalization;

namespace BpfTune.Engine.Kernel;

/// <summary>The limits of this process (getrlimit(2)) that the daemon could run into.</summary>
public static class ProcessLimits
{
    /// <summary>
    /// Descriptors. With the seven tuners of the suite a daemon holds some 270: two for each assembly, one for each BPF
    /// program, map and link; and a network namespace takes one to three.
    /// </summary>
    internal const long FewestFiles = 320;

    /// <summary>Why a daemon would not come up whole, in one sentence; null when it can.</summary>
    public static string? WhyTooFewFiles() => WhyTooFewFiles(Read());

    internal static string? WhyTooFewFiles(string? limits) =>
        Soft(limits, "Max open files") is { } files && files < FewestFiles
            ? string.Create(CultureInfo.InvariantCulture, $"this process may open {files} files only, and the daemon needs {FewestFiles} or more: raise the limit (ulimit -n, or LimitNOFILE= in a unit)")
            : null;

    private static string? Read()
    {
        try
        {
            return File.ReadAllText("/proc/self/limits");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then nobody knows, and what there is too little of says so when it is needed.
            return null;
        }
    }

    /// <summary>The soft limit in a line of /proc/self/limits; null when there is none.</summary>
    private static long? Soft(string? limits, string name)
    {
        foreach (var line in (limits ?? "").AsSpan().EnumerateLines())
        {
            if (!line.StartsWith(name, StringComparison.Ordinal))
                continue;
            var rest = line[name.Length..].Trim();
            var end = rest.IndexOf(' ');
            return end > 0 && long.TryParse(rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
        }

        return null;
    }
}
