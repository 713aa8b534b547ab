using System.Buffers.Binary;

namespace BpfTune.LibBpf;

/// <summary>
/// Bytes that grow at their end. Not a List: lists of numbers that the runtime itself does not use are compiled at run
/// time, and this is on the daemon's way to its start.
/// </summary>
internal sealed class ByteBuffer
{
    private byte[] _bytes = new byte[4096];

    internal int Length { get; private set; }

    internal ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    internal void Add(uint word) => BinaryPrimitives.WriteUInt32LittleEndian(Room(sizeof(uint)), word);

    internal void Add(byte value) => Room(1)[0] = value;

    internal void Add(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Room(bytes.Length));

    internal uint WordAt(int at) => BinaryPrimitives.ReadUInt32LittleEndian(Span[at..]);

    internal void SetWord(int at, uint word) => BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(0, Length)[at..], word);

    private Span<byte> Room(int count)
    {
        var start = Length;
        if (count > _bytes.Length - start)
        {
            var larger = new byte[Math.Max(_bytes.Length * 2, start + count)];
            Span.CopyTo(larger);
            _bytes = larger;
        }

        Length += count;
        return _bytes.AsSpan(start, count);
    }
}
