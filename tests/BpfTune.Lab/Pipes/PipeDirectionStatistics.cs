namespace BpfTune.Lab;

/// <summary>What one direction of a pipe did.</summary>
public sealed record PipeDirectionStatistics
{
    /// <summary>Records carried; a bundle of segments is one.</summary>
    public long Records { get; init; }

    /// <summary>Bytes of IP packets carried.</summary>
    public long Bytes { get; init; }

    /// <summary>Packets of wire size that the loss took.</summary>
    public long Lost { get; init; }

    /// <summary>Records dropped since the pipe's memory or its rate's queue was full.</summary>
    public long Overflowed { get; init; }

    /// <summary>Records that the far device did not take.</summary>
    public long Refused { get; init; }

    /// <summary>The most bytes that were on the way at one time.</summary>
    public long PeakBytes { get; init; }

    /// <summary>By how much the latest record was late, in microseconds.</summary>
    public double WorstLatenessMicroseconds { get; init; }

    /// <summary>By how much records were late in the mean, in microseconds.</summary>
    public double MeanLatenessMicroseconds { get; init; }
}
