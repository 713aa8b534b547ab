namespace BpfTune.Lab;

/// <summary>One connection of a transfer.</summary>
/// <param name="Received">What the receiver read.</param>
/// <param name="SenderInfo">The sender's state when it stopped.</param>
/// <param name="ReceiverInfo">The receiver's state at the end of the stream.</param>
public sealed record TcpConnectionResult(Throughput Received, TcpInfo SenderInfo, TcpInfo ReceiverInfo);
