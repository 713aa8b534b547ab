using System.Net;

namespace BpfTune.Lab;

/// <summary>What a TCP transfer does.</summary>
public sealed record TcpOptions
{
    /// <summary>How long each connection sends.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Connections at the same time.</summary>
    public int Connections { get; init; } = 1;

    /// <summary>Whether over IPv6.</summary>
    public bool IPv6 { get; init; }

    /// <summary>The receiver's address; null: end B of a pipe.</summary>
    public IPAddress? Receiver { get; init; }

    /// <summary>The receiver's port; 0: any free one.</summary>
    public int Port { get; init; }

    /// <summary>SO_RCVBUF of the receiver in bytes (which locks it); null: the kernel tunes it.</summary>
    public int? ReceiveBuffer { get; init; }

    /// <summary>SO_SNDBUF of the sender in bytes (which locks it); null: the kernel tunes it.</summary>
    public int? SendBuffer { get; init; }

    /// <summary>Congestion control of the sender; null: the namespace's.</summary>
    public string? Congestion { get; init; }

    /// <summary>The receiver reads at most so many bytes per second; 0: all it can, negative: nothing at all.</summary>
    public long ReadRate { get; init; }

    /// <summary>Bytes per call of send and receive.</summary>
    public int ChunkSize { get; init; } = 256 * 1024;

    /// <summary>
    /// What counts as the start of a connection, left out of the steady figure; null: its first half.
    /// </summary>
    public TimeSpan? SlowStart { get; init; }

    internal IPAddress EffectiveReceiver => Receiver ?? LabPipe.AddressB(IPv6);
}
