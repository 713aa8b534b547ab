namespace BpfTune.Lab;

/// <summary>Bytes that arrived in each tenth of a second.</summary>
public sealed class Throughput
{
    /// <summary>Length of an interval.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Makes one from its samples.</summary>
    public Throughput(IReadOnlyList<long> bytesPerInterval, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(bytesPerInterval);
        BytesPerInterval = bytesPerInterval;
        Duration = duration;
    }

    /// <summary>The samples.</summary>
    public IReadOnlyList<long> BytesPerInterval { get; }

    /// <summary>From the first byte to the last.</summary>
    public TimeSpan Duration { get; }

    /// <summary>All bytes.</summary>
    public long Bytes => BytesPerInterval.Sum();

    /// <summary>Mean over the whole time.</summary>
    public double Mbit => Duration > TimeSpan.Zero ? Bytes * 8 / Duration.TotalSeconds / 1e6 : 0;

    /// <summary>Mbit/s in each whole second.</summary>
    public IReadOnlyList<double> PerSecond => [.. BytesPerInterval.Chunk(10).Where(chunk => chunk.Length == 10).Select(chunk => chunk.Sum() * 8 / 1e6)];

    /// <summary>Mean without the start; the last, partial interval is left out too.</summary>
    /// <param name="start">What counts as the start; null: the first half.</param>
    public double SteadyMbit(TimeSpan? start = null)
    {
        int whole = Math.Min(BytesPerInterval.Count, (int)(Duration / Interval));
        int skip = start is { } given ? (int)Math.Ceiling(given / Interval) : whole / 2;
        return whole <= skip ? Mbit : BytesPerInterval.Take(whole).Skip(skip).Average() * 8 / Interval.TotalSeconds / 1e6;
    }

    /// <summary>Several connections as one.</summary>
    public static Throughput Sum(IEnumerable<Throughput> parts)
    {
        Throughput[] all = [.. parts];
        var sum = new long[all.Length == 0 ? 0 : all.Max(part => part.BytesPerInterval.Count)];
        foreach (Throughput part in all)
        {
            for (int i = 0; i < part.BytesPerInterval.Count; i++)
            {
                sum[i] += part.BytesPerInterval[i];
            }
        }

        return new Throughput(sum, all.Length == 0 ? TimeSpan.Zero : all.Max(part => part.Duration));
    }
}
