namespace BpfTune.Lab;

/// <summary>What one way of starting costs.</summary>
/// <param name="Way">Which.</param>
/// <param name="CpuSeconds">CPU time of all threads when the daemon was ready, of each start.</param>
/// <param name="WallSeconds">Time from its start until it was ready, of each start.</param>
public sealed record StartupResult(string Way, IReadOnlyList<double> CpuSeconds, IReadOnlyList<double> WallSeconds)
{
    /// <summary>The middle one; of an even number the lower of the two in the middle.</summary>
    public static double Median(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfZero(values.Count);
        return values.Order().ElementAt((values.Count - 1) / 2);
    }
}
