using System.Globalization;

namespace BpfTune.Lab;

/// <summary>The fields of /proc/PID/stat that the laboratory reads (Documentation/filesystems/proc.rst, table 1-4).</summary>
internal readonly record struct ProcStat(char State, int ParentId, long UserTicks, long SystemTicks, long StartTicks)
{
    /// <summary>USER_HZ: 100 on every architecture that .NET runs on.</summary>
    internal const double TicksPerSecond = 100;

    internal double CpuSeconds => (UserTicks + SystemTicks) / TicksPerSecond;

    internal static ProcStat Parse(string text)
    {
        // The command, field 2, stands in parentheses and may itself hold spaces and parentheses.
        int close = text.LastIndexOf(')');
        string[] fields = close < 0 ? [] : text[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 20)
        {
            throw new FormatException($"not a line of /proc/PID/stat: '{text.Trim()}'");
        }

        return new ProcStat(fields[0][0], (int)Number(fields[1]), Number(fields[11]), Number(fields[12]), Number(fields[19]));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
