using System.Globalization;

namespace BpfTune.Tuners.NetBuffer;

/// <summary>One CPU's line of /proc/net/softnet_stat (net/core/net-procfs.c). The counters wrap at 32 bits.</summary>
/// <param name="Cpu">Its number.</param>
/// <param name="Dropped">Packets that found its backlog full, or went over their flow's limit.</param>
/// <param name="Squeezed">Polls that ended with packets left, for want of budget or time.</param>
/// <param name="FlowLimited">Packets that went over their flow's limit.</param>
internal readonly record struct CpuCounters(int Cpu, uint Dropped, uint Squeezed, uint FlowLimited)
{
    private const int DroppedColumn = 1;
    private const int SqueezedColumn = 2;
    private const int FlowLimitedColumn = 10;
    private const int CpuColumn = 12;

    /// <summary>Reads all lines; one that is not made of hexadecimal numbers is left out.</summary>
    public static IReadOnlyList<CpuCounters> Parse(string softnetStat)
    {
        var cpus = new List<CpuCounters>();
        foreach (var line in softnetStat.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var numbers = new uint[words.Length];
            var isValid = words.Length > SqueezedColumn;
            for (var i = 0; i < words.Length && isValid; i++)
                isValid = uint.TryParse(words[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out numbers[i]);
            if (!isValid)
                continue;
            // Without the column (before 5.6) every CPU has a line, as long as all are online.
            var cpu = numbers.Length > CpuColumn ? (int)numbers[CpuColumn] : cpus.Count;
            var limited = numbers.Length > FlowLimitedColumn ? numbers[FlowLimitedColumn] : 0;
            cpus.Add(new CpuCounters(cpu, numbers[DroppedColumn], numbers[SqueezedColumn], limited));
        }

        return cpus;
    }

    /// <summary>What was added since an earlier reading.</summary>
    public CpuCounters Since(CpuCounters earlier) => this with
    {
        Dropped = unchecked(Dropped - earlier.Dropped),
        Squeezed = unchecked(Squeezed - earlier.Squeezed),
        FlowLimited = unchecked(FlowLimited - earlier.FlowLimited),
    };

    /// <summary>Packets dropped because the backlog was full, not because one flow had too many in it.</summary>
    public uint DroppedForRoom => Dropped > FlowLimited ? Dropped - FlowLimited : 0;
}
