namespace BpfTune.Lab;

/// <summary>What a transfer came to, as its receiver saw it.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Connections">Each connection.</param>
public sealed record TcpResult(TcpOptions Options, IReadOnlyList<TcpConnectionResult> Connections)
{
    /// <summary>All connections as one.</summary>
    public Throughput Total { get; } = Throughput.Sum(Connections.Select(connection => connection.Received));

    /// <summary>Bytes received.</summary>
    public long Bytes => Total.Bytes;

    /// <summary>From the first byte to the last.</summary>
    public double Seconds => Total.Duration.TotalSeconds;

    /// <summary>Mean over the whole time in Mbit/s.</summary>
    public double Mbit => Total.Mbit;

    /// <summary>Mean without the slow start in Mbit/s.</summary>
    public double SteadyMbit => Total.SteadyMbit(Options.SlowStart);

    /// <summary>Segments sent again, of all connections.</summary>
    public long Retransmits => Connections.Sum(connection => connection.SenderInfo.TotalRetransmits);

    /// <summary>Window scale that the receiver announced on the first connection.</summary>
    public int WindowScale => Connections.Count == 0 ? 0 : Connections[0].SenderInfo.SendScale;
}
