using System.Globalization;

namespace BpfTune.Lab;

/// <summary>
/// Who made a namespace or started a process: the process id and its start time, for a process id alone is
/// used again. It is part of each name, so that leftovers of a killed laboratory are known by sight.
/// </summary>
internal readonly record struct LabOwner(int ProcessId, long StartTicks)
{
    /// <summary>The variable that marks every process a laboratory starts.</summary>
    internal const string Variable = "BPFTUNE_LAB_OWNER";

    private const string Prefix = "lab_";

    private static int s_count;

    internal static LabOwner Current { get; } = new(Environment.ProcessId, ReadStartTicks(Environment.ProcessId)
        ?? throw new LabException("/proc is not mounted: the laboratory cannot tell its own start time"));

    /// <summary>A name nobody else uses: lab_PID_START_NUMBER_ROLE.</summary>
    internal string NewName(string role) => string.Create(CultureInfo.InvariantCulture,
        $"{Prefix}{ProcessId}_{StartTicks}_{Interlocked.Increment(ref s_count):x4}_{role}");

    /// <summary>Whether the process that the name speaks of still runs.</summary>
    internal bool IsAlive => ReadStartTicks(ProcessId) == StartTicks;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ProcessId}_{StartTicks}");

    internal static bool TryParseName(ReadOnlySpan<char> name, out LabOwner owner)
    {
        owner = default;
        return name.StartsWith(Prefix, StringComparison.Ordinal) && TryParse(name[Prefix.Length..], out owner);
    }

    internal static bool TryParse(ReadOnlySpan<char> text, out LabOwner owner)
    {
        owner = default;
        int middle = text.IndexOf('_');
        if (middle <= 0)
        {
            return false;
        }

        ReadOnlySpan<char> rest = text[(middle + 1)..];
        int end = rest.IndexOf('_');
        if (end >= 0)
        {
            rest = rest[..end];
        }

        if (!int.TryParse(text[..middle], NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
            || !long.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out long ticks))
        {
            return false;
        }

        owner = new LabOwner(pid, ticks);
        return true;
    }

    /// <summary>Start time in clock ticks since boot (field 22 of /proc/PID/stat), null when there is no such process.</summary>
    internal static long? ReadStartTicks(int pid)
    {
        try
        {
            return ProcStat.Parse(File.ReadAllText($"/proc/{pid}/stat")).StartTicks;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
