namespace BpfTune.Tuners.TcpBuffer;

/// <summary>What was seen of a socket whose buffer is near the maximum.</summary>
/// <param name="Buffer">Size of the socket's buffer, bytes of truesize.</param>
/// <param name="Window">Payload that the path carries in its least round trip, bytes.</param>
/// <param name="Overhead">Truesize that 256 bytes of payload take up.</param>
/// <param name="RttMicroseconds">Smoothed round trip; 0 when unknown.</param>
/// <param name="LeastRttMicroseconds">Least round trip of the connection; 0 when unknown.</param>
/// <param name="Allocated">TCP's memory, pages.</param>
/// <param name="MemoryPressure">The pressure mark of tcp_mem, pages.</param>
/// <param name="MemoryMaximum">The max mark of tcp_mem, pages.</param>
internal readonly record struct BufferFacts(
    long Buffer,
    long Window,
    long Overhead,
    long RttMicroseconds,
    long LeastRttMicroseconds,
    long Allocated,
    long MemoryPressure,
    long MemoryMaximum);
