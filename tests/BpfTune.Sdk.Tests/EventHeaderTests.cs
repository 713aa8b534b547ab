using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BpfTune.Sdk.Tests;

/// <summary>The layout is that of struct bpftune_event in bpf/include/bpftune/events.h.</summary>
public sealed class EventHeaderTests
{
    [Fact]
    public void EveryFieldIsWhereTheKernelPutsIt()
    {
        Span<byte> record = stackalloc byte[40];
        BinaryPrimitives.WriteUInt64LittleEndian(record, 0x1111111111111111);
        BinaryPrimitives.WriteUInt64LittleEndian(record[8..], 0x2222222222222222);
        BinaryPrimitives.WriteUInt32LittleEndian(record[16..], 0x33333333);
        BinaryPrimitives.WriteUInt32LittleEndian(record[20..], 0x44444444);
        BinaryPrimitives.WriteUInt16LittleEndian(record[24..], 0x5555);
        BinaryPrimitives.WriteUInt16LittleEndian(record[26..], 0x6666);
        BinaryPrimitives.WriteUInt32LittleEndian(record[28..], 0x77777777);
        BinaryPrimitives.WriteUInt64LittleEndian(record[32..], 0x8888888888888888);

        ref readonly var header = ref MemoryMarshal.AsRef<EventHeader>(record);
        Assert.Equal(40, Unsafe.SizeOf<EventHeader>());
        Assert.Equal(0x1111111111111111ul, header.TimeNs);
        Assert.Equal(0x2222222222222222ul, header.NamespaceCookie);
        Assert.Equal(0x33333333u, header.NamespaceInode);
        Assert.Equal(0x44444444u, header.ProcessHint);
        Assert.Equal(0x5555, header.TunerId);
        Assert.Equal(0x6666, header.Kind);
        Assert.Equal(0x77777777u, header.Suppressed);
        Assert.Equal(0x8888888888888888ul, header.Owner);
    }
}
