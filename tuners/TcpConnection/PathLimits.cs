namespace BpfTune.Tuners.TcpConnection;

/// <summary>The best that was seen of a path under any algorithm.</summary>
/// <param name="MinRtt">Least round trip, microseconds; 0 while unknown.</param>
/// <param name="MaxRate">Highest rate, bytes per second; 0 while unknown.</param>
internal readonly record struct PathLimits(double MinRtt, double MaxRate);
