using System.Text.Json;

namespace BpfTune.Lab;

/// <summary>What the kernel counts for the daemon's BPF programs while kernel.bpf_stats_enabled is 1.</summary>
/// <param name="Programs">Programs whose name begins with bpftune_.</param>
/// <param name="RunTimeNanoseconds">Time in them.</param>
/// <param name="RunCount">How often they ran.</param>
/// <param name="LockedBytes">Memory of the programs.</param>
public sealed record BpfUsage(int Programs, long RunTimeNanoseconds, long RunCount, long LockedBytes)
{
    private const string Prefix = "bpftune_";

    /// <summary>Asks the kernel, through bpftool.</summary>
    /// <exception cref="LabException">No bpftool, or no privilege.</exception>
    public static BpfUsage Read() => Parse(Tool.Run("bpftool", "prog", "show", "-j").OrThrow().Output);

    /// <summary>What was added since an earlier reading. Programs that went in between took their counts along.</summary>
    public BpfUsage Since(BpfUsage earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return this with
        {
            RunTimeNanoseconds = Math.Max(0, RunTimeNanoseconds - earlier.RunTimeNanoseconds),
            RunCount = Math.Max(0, RunCount - earlier.RunCount),
        };
    }

    internal static BpfUsage Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        var sum = new BpfUsage(0, 0, 0, 0);
        foreach (JsonElement program in document.RootElement.EnumerateArray())
        {
            if (program.TryGetProperty("name", out JsonElement name) && name.GetString()!.StartsWith(Prefix, StringComparison.Ordinal))
            {
                // A program that never ran, or statistics that are off, have neither field.
                sum = new BpfUsage(
                    sum.Programs + 1,
                    sum.RunTimeNanoseconds + Number(program, "run_time_ns"),
                    sum.RunCount + Number(program, "run_cnt"),
                    sum.LockedBytes + Number(program, "bytes_memlock"));
            }
        }

        return sum;
    }

    private static long Number(JsonElement program, string field) =>
        program.TryGetProperty(field, out JsonElement value) ? value.GetInt64() : 0;
}
