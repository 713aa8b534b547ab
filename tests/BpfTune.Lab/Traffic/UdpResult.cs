namespace BpfTune.Lab;

/// <summary>What became of a stream of datagrams.</summary>
/// <param name="Sent">Datagrams that the sender's kernel took.</param>
/// <param name="Received">Datagrams that the receiver read, or that lay in its buffer at the end.</param>
/// <param name="Bytes">Payload of those.</param>
/// <param name="Seconds">Time of the sender.</param>
public sealed record UdpResult(long Sent, long Received, long Bytes, double Seconds)
{
    /// <summary>Payload received, in Mbit/s.</summary>
    public double Mbit => Bytes * 8 / Seconds / 1e6;

    /// <summary>Share of the datagrams that did not arrive, 0 to 1.</summary>
    public double Loss => Sent == 0 ? 0 : 1 - ((double)Received / Sent);
}
