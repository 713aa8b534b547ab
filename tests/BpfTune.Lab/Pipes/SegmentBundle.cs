using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace BpfTune.Lab;

/// <summary>
/// A TCP packet of up to 64 KiB that stands for many of wire size, and the cutting of runs out of it: a lost segment
/// must leave its neighbours whole, or a loss of 1 % would be one of 45 packets at a time.
/// </summary>
internal readonly ref struct SegmentBundle
{
    private readonly ReadOnlySpan<byte> _record;
    private readonly VirtioHeader _header;
    private readonly int _headers;

    private SegmentBundle(ReadOnlySpan<byte> record, VirtioHeader header, int headers)
    {
        _record = record;
        _header = header;
        _headers = headers;
        Count = (record.Length - headers + header.GsoSize - 1) / header.GsoSize;
    }

    /// <summary>How many packets of wire size it holds.</summary>
    internal int Count { get; }

    /// <summary>Reads a record (virtio header and IP packet) as a bundle; false when it is a single packet.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> record, out SegmentBundle bundle)
    {
        bundle = default;
        var header = MemoryMarshal.Read<VirtioHeader>(record);
        int type = header.GsoType & ~VirtioHeader.GsoEcn;
        if (type is not (VirtioHeader.GsoTcp4 or VirtioHeader.GsoTcp6) || header.GsoSize == 0)
        {
            return false;
        }

        // Offloaded segmentation implies an unfinished checksum, so its start is where TCP starts.
        int tcp = TunDevice.HeaderSize + header.ChecksumStart;
        if (tcp + 20 > record.Length)
        {
            return false;
        }

        int headers = tcp + ((record[tcp + 12] >> 4) * 4);
        if (headers + header.GsoSize >= record.Length)
        {
            return false;
        }

        bundle = new SegmentBundle(record, header, headers);
        return true;
    }

    /// <summary>Bytes that the run of segments takes as a record.</summary>
    internal int SizeOfRun(int first, int count) => _headers + PayloadOf(first, count).Length;

    /// <summary>Writes the segments from <paramref name="first"/> on as a record of their own.</summary>
    internal int WriteRun(int first, int count, Span<byte> target)
    {
        ReadOnlySpan<byte> payload = PayloadOf(first, count);
        int size = _headers + payload.Length;
        _record[.._headers].CopyTo(target);
        payload.CopyTo(target[_headers..]);

        VirtioHeader header = _header;
        if (payload.Length <= header.GsoSize)
        {
            header.GsoType = VirtioHeader.GsoNone;
            header.GsoSize = 0;
        }

        MemoryMarshal.Write(target, header);

        Span<byte> ip = target[TunDevice.HeaderSize..size];
        Span<byte> tcp = ip[_header.ChecksumStart..];
        if (ip[0] >> 4 == 4)
        {
            FixIPv4(ip, first);
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)(ip.Length - 40));
        }

        uint sequence = BinaryPrimitives.ReadUInt32BigEndian(tcp[4..]);
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], sequence + (uint)(first * _header.GsoSize));

        const byte fin = 0x01, psh = 0x08, cwr = 0x80;
        if (first + count < Count)
        {
            tcp[13] &= unchecked((byte)~(fin | psh));
        }

        if (first > 0)
        {
            tcp[13] &= unchecked((byte)~cwr);
        }

        WritePseudoHeaderSum(ip, tcp);
        return size;
    }

    private ReadOnlySpan<byte> PayloadOf(int first, int count)
    {
        ReadOnlySpan<byte> payload = _record[_headers..];
        int start = first * _header.GsoSize;
        int end = Math.Min(start + (count * _header.GsoSize), payload.Length);
        return payload[start..end];
    }

    private static void FixIPv4(Span<byte> ip, int first)
    {
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)ip.Length);
        ushort id = BinaryPrimitives.ReadUInt16BigEndian(ip[4..]);
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)(id + first));
        ip[10] = ip[11] = 0;
        Span<byte> headerOnly = ip[..((ip[0] & 15) * 4)];
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], (ushort)~Fold(Sum(headerOnly)));
    }

    // An unfinished checksum holds the sum over the pseudo header, whose length field has changed.
    private static void WritePseudoHeaderSum(ReadOnlySpan<byte> ip, Span<byte> tcp)
    {
        ReadOnlySpan<byte> addresses = ip[0] >> 4 == 4 ? ip[12..20] : ip[8..40];
        const int protocolTcp = 6;
        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], Fold(Sum(addresses) + protocolTcp + (uint)tcp.Length));
    }

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        }

        return sum;
    }

    private static ushort Fold(uint sum)
    {
        while (sum > 0xffff)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (ushort)sum;
    }
}
