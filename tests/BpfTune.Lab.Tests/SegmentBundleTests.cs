using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace BpfTune.Lab.Tests;

public sealed class SegmentBundleTests
{
    private const int SegmentSize = 100;
    private const byte Fin = 1, Psh = 8, Ack = 16, Cwr = 128;
    private const uint Sequence = 0xffff_ff80;

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void Runs_of_a_bundle_are_packets_of_their_own(int version)
    {
        byte[] record = MakeRecord(version, payload: 350, Fin | Psh | Ack | Cwr);
        Assert.True(SegmentBundle.TryParse(record, out SegmentBundle bundle));
        Assert.Equal(4, bundle.Count);

        AssertRun(bundle, version, first: 0, count: 2, payload: 200, flags: Ack | Cwr, gso: true);
        AssertRun(bundle, version, first: 2, count: 1, payload: 100, flags: Ack, gso: false);
        AssertRun(bundle, version, first: 2, count: 2, payload: 150, flags: Fin | Psh | Ack, gso: true);
        AssertRun(bundle, version, first: 3, count: 1, payload: 50, flags: Fin | Psh | Ack, gso: false);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void A_run_of_all_is_the_bundle_itself(int version)
    {
        byte[] record = MakeRecord(version, payload: 350, Psh | Ack);
        Assert.True(SegmentBundle.TryParse(record, out SegmentBundle bundle));
        var whole = new byte[bundle.SizeOfRun(0, bundle.Count)];

        Assert.Equal(record.Length, bundle.WriteRun(0, bundle.Count, whole));
        Assert.Equal(record, whole);
    }

    [Fact]
    public void A_single_packet_is_no_bundle()
    {
        byte[] record = MakeRecord(4, payload: 80, Ack);
        MemoryMarshal.Write(record, new VirtioHeader { Flags = VirtioHeader.NeedsChecksum, ChecksumStart = 20, ChecksumOffset = 16 });

        Assert.False(SegmentBundle.TryParse(record, out _));
    }

    [Fact]
    public void A_truncated_record_is_no_bundle() =>
        Assert.False(SegmentBundle.TryParse(MakeRecord(4, payload: 350, Ack).AsSpan(0, 40), out _));

    private static void AssertRun(SegmentBundle bundle, int version, int first, int count, int payload, byte flags, bool gso)
    {
        var record = new byte[bundle.SizeOfRun(first, count)];
        Assert.Equal(record.Length, bundle.WriteRun(first, count, record));

        var header = MemoryMarshal.Read<VirtioHeader>(record);
        Assert.Equal(VirtioHeader.NeedsChecksum, header.Flags);
        Assert.Equal(gso, header.GsoType != VirtioHeader.GsoNone);
        Assert.Equal(gso ? SegmentSize : 0, header.GsoSize);

        Span<byte> ip = record.AsSpan(TunDevice.HeaderSize);
        int ipHeader = version == 4 ? 20 : 40;
        Span<byte> tcp = ip[ipHeader..];
        Assert.Equal(32 + payload, tcp.Length);
        Assert.Equal(unchecked(Sequence + (uint)(first * SegmentSize)), BinaryPrimitives.ReadUInt32BigEndian(tcp[4..]));
        Assert.Equal(flags, tcp[13]);
        for (int i = 0; i < payload; i++)
        {
            Assert.Equal((byte)((first * SegmentSize) + i), tcp[32 + i]);
        }

        if (version == 4)
        {
            Assert.Equal(ip.Length, BinaryPrimitives.ReadUInt16BigEndian(ip[2..]));
            Assert.Equal(7 + first, BinaryPrimitives.ReadUInt16BigEndian(ip[4..]));
            Assert.Equal(0xffff, Sum(ip[..20]));
        }
        else
        {
            Assert.Equal(ip.Length - 40, BinaryPrimitives.ReadUInt16BigEndian(ip[4..]));
        }

        Assert.Equal(PseudoSum(ip, version, tcp.Length), BinaryPrimitives.ReadUInt16BigEndian(tcp[16..]));
    }

    private static byte[] MakeRecord(int version, int payload, byte flags)
    {
        int ipHeader = version == 4 ? 20 : 40;
        var record = new byte[TunDevice.HeaderSize + ipHeader + 32 + payload];
        MemoryMarshal.Write(record, new VirtioHeader
        {
            Flags = VirtioHeader.NeedsChecksum,
            GsoType = (byte)((version == 4 ? VirtioHeader.GsoTcp4 : VirtioHeader.GsoTcp6) | VirtioHeader.GsoEcn),
            HeaderLength = (ushort)(ipHeader + 32),
            GsoSize = SegmentSize,
            ChecksumStart = (ushort)ipHeader,
            ChecksumOffset = 16,
        });
        Span<byte> ip = record.AsSpan(TunDevice.HeaderSize);
        ip[0] = (byte)(version == 4 ? 0x45 : 0x60);
        for (int i = version == 4 ? 12 : 8; i < ipHeader; i++)
        {
            ip[i] = (byte)(200 + i);
        }

        if (version == 4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)ip.Length);
            ip[5] = 7;
            ip[8] = 64;
            ip[9] = 6;
            BinaryPrimitives.WriteUInt16BigEndian(ip[10..], (ushort)~Sum(ip[..20]));
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)(ip.Length - 40));
            ip[6] = 6;
            ip[7] = 64;
        }

        Span<byte> tcp = ip[ipHeader..];
        BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], Sequence);
        tcp[12] = 0x80;
        tcp[13] = flags;
        for (int i = 0; i < payload; i++)
        {
            tcp[32 + i] = (byte)i;
        }

        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], PseudoSum(ip, version, tcp.Length));
        return record;
    }

    // Written apart from the code under test, word by word as in RFC 9293.
    private static ushort PseudoSum(ReadOnlySpan<byte> ip, int version, int tcpLength)
    {
        byte[] pseudo = version == 4
            ? [.. ip[12..20], 0, 6, (byte)(tcpLength >> 8), (byte)tcpLength]
            : [.. ip[8..40], 0, 0, (byte)(tcpLength >> 8), (byte)tcpLength, 0, 0, 0, 6];
        return Sum(pseudo);
    }

    private static ushort Sum(ReadOnlySpan<byte> bytes)
    {
        int sum = 0;
        for (int i = 0; i < bytes.Length; i += 2)
        {
            sum += (bytes[i] << 8) | bytes[i + 1];
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (ushort)sum;
    }
}
