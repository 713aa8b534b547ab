using System.Net;

namespace BpfTune.Lab;

/// <summary>A stream of datagrams at an even rate.</summary>
public sealed record UdpOptions
{
    /// <summary>How long it lasts.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Datagrams per second; 0: as many as the machine can.</summary>
    public double Rate { get; init; } = 10_000;

    /// <summary>Payload of each in bytes; more than the MTU makes fragments.</summary>
    public int Size { get; init; } = 1000;

    /// <summary>Whether the receiver reads at all. One that does not fills its buffer, and the kernel drops.</summary>
    public bool Reads { get; init; } = true;

    /// <summary>SO_RCVBUF of the receiver in bytes (which locks it); null: rmem_default.</summary>
    public int? ReceiveBuffer { get; init; }

    /// <summary>Whether over IPv6.</summary>
    public bool IPv6 { get; init; }

    /// <summary>The receiver's address; null: end B of a pipe.</summary>
    public IPAddress? Receiver { get; init; }
}
