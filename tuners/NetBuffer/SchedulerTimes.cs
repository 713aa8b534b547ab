using System.Globalization;

namespace BpfTune.Tuners.NetBuffer;

/// <summary>How long tasks have run and waited for a CPU, all CPUs together, ns (Documentation/scheduler/sched-stats.rst).</summary>
internal readonly record struct SchedulerTimes(ulong Running, ulong Waiting)
{
    private const int RunningColumn = 7;
    private const int WaitingColumn = 8;

    /// <summary>Reads /proc/schedstat; null where it has no line for a CPU.</summary>
    public static SchedulerTimes? Parse(string schedstat)
    {
        SchedulerTimes? sum = null;
        foreach (var line in schedstat.Split('\n'))
        {
            if (!line.StartsWith("cpu", StringComparison.Ordinal))
                continue;
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length <= WaitingColumn
                || !ulong.TryParse(words[RunningColumn], NumberStyles.None, CultureInfo.InvariantCulture, out var running)
                || !ulong.TryParse(words[WaitingColumn], NumberStyles.None, CultureInfo.InvariantCulture, out var waiting))
            {
                continue;
            }

            var so = sum ?? default;
            sum = new SchedulerTimes(so.Running + running, so.Waiting + waiting);
        }

        return sum;
    }

    /// <summary>Waiting for each unit of running since an earlier reading; null when nothing ran.</summary>
    public double? RatioSince(SchedulerTimes earlier) => Running > earlier.Running && Waiting >= earlier.Waiting
        ? (double)(Waiting - earlier.Waiting) / (Running - earlier.Running)
        : null;
}
