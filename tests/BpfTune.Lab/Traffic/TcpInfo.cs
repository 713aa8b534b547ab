using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace BpfTune.Lab;

/// <summary>A few fields of struct tcp_info (include/uapi/linux/tcp.h) of one socket.</summary>
/// <param name="SendScale">Window scale that the peer announced: what it shifts its windows by.</param>
/// <param name="ReceiveScale">Window scale that this side announced, fixed at the connection's first packet.</param>
/// <param name="RttMicroseconds">Smoothed round-trip time.</param>
/// <param name="MinRttMicroseconds">Least round-trip time of late.</param>
/// <param name="CongestionWindow">In segments.</param>
/// <param name="TotalRetransmits">Segments sent again.</param>
/// <param name="BytesAcked">Bytes that the peer's kernel has acknowledged.</param>
/// <param name="SegmentsOut">Segments sent.</param>
/// <param name="SendMss">Bytes per segment.</param>
public sealed record TcpInfo(
    int SendScale,
    int ReceiveScale,
    long RttMicroseconds,
    long MinRttMicroseconds,
    long CongestionWindow,
    long TotalRetransmits,
    long BytesAcked,
    long SegmentsOut,
    int SendMss)
{
    private const int LevelTcp = 6;
    private const int OptionTcpInfo = 11;
    private const byte OptionWindowScale = 4;

    /// <summary>
    /// The most that a window of that scale lets through per round trip, in Mbit/s: RFC 7323 leaves 16 bits of window.
    /// </summary>
    public static double WindowBoundMbit(int scale, TimeSpan roundTrip) => (65535L << scale) * 8 / roundTrip.TotalSeconds / 1e6;

    /// <summary>Asks the kernel.</summary>
    public static TcpInfo Read(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        Span<byte> raw = stackalloc byte[256];
        int length = socket.GetRawSocketOption(LevelTcp, OptionTcpInfo, raw);
        return Parse(raw[..length]);
    }

    internal static TcpInfo Parse(ReadOnlySpan<byte> raw)
    {
        // The offsets are ABI. tcpi_min_rtt (148) and what follows came with 4.6.
        if (raw.Length < 152)
        {
            throw new LabException($"the kernel's tcp_info has only {raw.Length} bytes: it is older than 4.6");
        }

        bool scaled = (raw[5] & OptionWindowScale) != 0;
        return new TcpInfo(
            scaled ? raw[6] & 15 : 0,
            scaled ? raw[6] >> 4 : 0,
            UInt32(raw, 68),
            UInt32(raw, 148),
            UInt32(raw, 80),
            UInt32(raw, 100),
            (long)MemoryMarshal.Read<ulong>(raw[120..]),
            UInt32(raw, 136),
            (int)UInt32(raw, 16));
    }

    private static uint UInt32(ReadOnlySpan<byte> raw, int offset) => MemoryMarshal.Read<uint>(raw[offset..]);
}
