namespace BpfTune.Tuners.TcpConnection;

/// <summary>
/// What is believed of one algorithm towards one remote: measurements, not costs, since a cost is relative to the best
/// ever seen, and that may be seen later.
/// </summary>
/// <param name="Rtt">Smoothed round trip, microseconds.</param>
/// <param name="Rate">Bytes per second.</param>
/// <param name="Samples">Connections that it was learned from.</param>
internal readonly record struct Estimate(double Rtt, double Rate, int Samples);
