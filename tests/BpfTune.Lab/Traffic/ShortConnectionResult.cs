namespace BpfTune.Lab;

/// <summary>What became of many short connections.</summary>
/// <param name="Completed">Connections whose bytes all arrived.</param>
/// <param name="Failed">Connections that were refused, reset or too slow.</param>
/// <param name="Seconds">Time of all.</param>
/// <param name="BytesReceived">What the server read.</param>
public sealed record ShortConnectionResult(int Completed, int Failed, double Seconds, long BytesReceived)
{
    /// <summary>Completed connections per second.</summary>
    public double PerSecond => Completed / Seconds;
}
