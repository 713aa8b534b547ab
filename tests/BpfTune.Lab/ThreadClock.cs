using System.Globalization;

namespace BpfTune.Lab;

/// <summary>CPU time of the calling thread.</summary>
internal static class ThreadClock
{
    /// <summary>Seconds on a CPU so far, from /proc/thread-self/schedstat (nanoseconds).</summary>
    internal static double CpuSeconds =>
        long.Parse(File.ReadAllText("/proc/thread-self/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1e9;
}
