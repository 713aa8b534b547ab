namespace BpfTune.Lab;

/// <summary>One scenario, all of it measured in one run on one machine: only the ratios mean something elsewhere.</summary>
public sealed record BenchResult
{
    /// <summary>Loss each way, 0 to 1.</summary>
    public required double Loss { get; init; }

    /// <summary>Congestion control.</summary>
    public required string Congestion { get; init; }

    /// <summary>Steady Mbit/s with low maxima and no daemon.</summary>
    public required double Untuned { get; init; }

    /// <summary>Steady Mbit/s of the first connection under the daemon.</summary>
    public required double First { get; init; }

    /// <summary>Steady Mbit/s of the second connection under the daemon.</summary>
    public required double Second { get; init; }

    /// <summary>Steady Mbit/s with generous fixed maxima and no daemon.</summary>
    public required double Generous { get; init; }

    /// <summary>What the window scale of the first connection allows, in Mbit/s.</summary>
    public required double FirstBound { get; init; }

    /// <summary>GB (10^9 bytes) that both connections carried.</summary>
    public required double Gigabytes { get; init; }

    /// <summary>CPU seconds of the daemon until it was ready.</summary>
    public required double StartCpuSeconds { get; init; }

    /// <summary>CPU seconds of the daemon while both connections ran.</summary>
    public required double TuneCpuSeconds { get; init; }

    /// <summary>PSS of the daemon at the end, in bytes.</summary>
    public required long ProportionalBytes { get; init; }

    /// <summary>Its BPF programs while both connections ran.</summary>
    public required BpfUsage Bpf { get; init; }

    /// <summary>CPU milliseconds of the daemon per GB carried; null when it was too little to tell.</summary>
    public double? TuneCpuMillisecondsPerGigabyte => PerGigabyte(TuneCpuSeconds * 1e3);

    /// <summary>Microseconds in BPF programs per GB carried; null when it was too little to tell.</summary>
    public double? BpfMicrosecondsPerGigabyte => PerGigabyte(Bpf.RunTimeNanoseconds / 1e3);

    /// <summary>Runs of BPF programs per GB carried; null when it was too little to tell.</summary>
    public double? BpfRunsPerGigabyte => PerGigabyte(Bpf.RunCount);

    // A lossy connection may carry a few MB: what the daemon does anyway would be multiplied by a hundred.
    private double? PerGigabyte(double value) => Gigabytes >= 0.1 ? value / Gigabytes : null;
}
