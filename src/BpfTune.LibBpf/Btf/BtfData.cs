using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>
/// BTF in memory, checked once: where each type begins, and that it ends within. Names and ids inside of types are
/// checked when they are followed. Nothing is allocated for a type but its offset.
/// </summary>
/// <remarks>Format: Documentation/bpf/btf.rst. A module's BTF goes on where the kernel's ends, with ids and strings.</remarks>
internal sealed unsafe class BtfData : IDisposable
{
    internal const int HeaderSize = 24;
    internal const ushort Magic = 0xeb9f;

    private readonly string _path;
    private readonly BtfData? _kernel;
    private readonly int _stringsStart;
    private readonly int _stringsLength;
    private readonly NativeBytes _bytes;
    private int* _offsets;

    private BtfData(NativeBytes bytes, string path, BtfData? kernel)
    {
        _bytes = bytes;
        _path = path;
        _kernel = kernel;
        FirstId = kernel is null ? 1 : kernel.EndId;

        var header = bytes.Span;
        if (header.Length >= 2 && BinaryPrimitives.ReadUInt16BigEndian(header) == Magic)
            throw Malformed("it is of a machine with the other byte order");
        if (header.Length < HeaderSize || BinaryPrimitives.ReadUInt16LittleEndian(header) != Magic)
            throw Malformed("it does not begin as BTF does");

        long headerLength = Word(header, 4);
        var typesStart = headerLength + Word(header, 8);
        long typesLength = Word(header, 12);
        var stringsStart = headerLength + Word(header, 16);
        long stringsLength = Word(header, 20);
        if (headerLength < HeaderSize || typesStart + typesLength > header.Length || stringsStart + stringsLength > header.Length)
            throw Malformed("its sections lie outside of it");
        _stringsStart = (int)stringsStart;
        _stringsLength = (int)stringsLength;
        if (_stringsLength > 0 && header[_stringsStart + _stringsLength - 1] != 0)
            throw Malformed("its last string has no end");
        Index((int)typesStart, (int)(typesStart + typesLength));

        static uint Word(ReadOnlySpan<byte> header, int at) => BinaryPrimitives.ReadUInt32LittleEndian(header[at..]);
    }

    /// <summary>The id of its first type: 1, or for a module's the first behind the kernel's.</summary>
    internal int FirstId { get; }

    /// <summary>One more than the id of its last type.</summary>
    internal int EndId { get; private set; }

    internal bool IsDisposed => _offsets is null;

    /// <summary>Reads a file of the kernel's.</summary>
    /// <param name="path">Below /sys/kernel/btf.</param>
    /// <param name="kernel">The kernel's own, for a module's; must live as long.</param>
    /// <exception cref="BpfException">It is no BTF.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static BtfData Read(string path, BtfData? kernel = null) => Make(NativeBytes.OfFile(path), path, kernel);

    /// <summary>Takes a copy of BTF that is in memory.</summary>
    /// <exception cref="BpfException">It is no BTF.</exception>
    internal static BtfData Copy(ReadOnlySpan<byte> bytes, string name) => Make(NativeBytes.Copy(bytes), name, null);

    /// <summary>A type's fixed head, with what belongs to its kind right behind.</summary>
    /// <exception cref="BpfException">There is no such id.</exception>
    internal Interop.BtfType* Type(int id)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (id >= FirstId && id < EndId)
            return (Interop.BtfType*)(_bytes.Start + _offsets[id - FirstId]);
        return _kernel is not null && id < FirstId ? _kernel.Type(id) : throw Malformed($"there is no type {id} in it");
    }

    /// <summary>A name without the zero at its end; empty for 0.</summary>
    /// <exception cref="BpfException">The offset lies outside of the strings.</exception>
    internal ReadOnlySpan<byte> Name(uint offset)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        var start = offset;
        if (_kernel is not null)
        {
            if (offset < _kernel._stringsLength)
                return _kernel.Name(offset);
            start -= (uint)_kernel._stringsLength;
        }

        // The last string's end was checked: one that begins within ends within.
        return start < _stringsLength
            ? MemoryMarshal.CreateReadOnlySpanFromNullTerminated(_bytes.Start + _stringsStart + start)
            : offset == 0 ? default : throw Malformed($"there is no string at {offset}");
    }

    /// <summary>Follows typedefs, const, volatile, restrict and type tags to what they stand for; 0 is void.</summary>
    /// <exception cref="BpfException">The chain leads nowhere.</exception>
    internal int Resolve(int id)
    {
        for (var steps = 0; id != 0; steps++)
        {
            var type = Type(id);
            if (type->Kind is not (BtfKind.Typedef or BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict or BtfKind.TypeTag))
                return id;
            if (steps > MaxChain)
                throw Malformed($"type {id} stands for itself");
            id = (int)type->SizeOrType;
        }

        return 0;
    }

    public void Dispose()
    {
        NativeMemory.Free(_offsets);
        _offsets = null;
        _bytes.Dispose();
        GC.SuppressFinalize(this);
    }

    ~BtfData() => NativeMemory.Free(_offsets); // The bytes have a finalizer of their own.

    internal BpfException Malformed(string reason) =>
        new($"cannot read {_path}: {reason}", _path, Errno.EINVAL) { Reason = reason };

    // As many as the kernel's own reader follows at least: kernel/bpf/btf.c, MAX_RESOLVE_DEPTH.
    private const int MaxChain = 32;

    private static BtfData Make(NativeBytes bytes, string path, BtfData? kernel)
    {
        try
        {
            return new BtfData(bytes, path, kernel);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>The bytes behind the fixed head of a type; -1 for a kind that this code does not know.</summary>
    private static int TailSize(Interop.BtfType* type) => type->Kind switch
    {
        BtfKind.Int or BtfKind.Variable or BtfKind.DeclarationTag => 4,
        BtfKind.Array => 12,
        BtfKind.Struct or BtfKind.Union or BtfKind.DataSection or BtfKind.Enum64 => 12 * type->Count,
        BtfKind.Enum or BtfKind.FunctionPrototype => 8 * type->Count,
        BtfKind.Pointer or BtfKind.Forward or BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const
            or BtfKind.Restrict or BtfKind.Function or BtfKind.Float or BtfKind.TypeTag => 0,
        _ => -1,
    };

    private void Index(int start, int end)
    {
        // The least that a type takes is its head; what is not needed is given back.
        _offsets = (int*)NativeMemory.Alloc((nuint)((end - start) / sizeof(Interop.BtfType)) + 1, sizeof(int));
        try
        {
            var count = 0;
            for (var position = start; position < end;)
            {
                var type = (Interop.BtfType*)(_bytes.Start + position);
                var room = end - position - sizeof(Interop.BtfType);
                var tail = room < 0 ? 0 : TailSize(type);
                if (tail < 0)
                    throw Malformed($"its type {FirstId + count} is of a kind ({(int)type->Kind}) not known here");
                if (tail > room)
                    throw Malformed($"its type {FirstId + count} is cut off");
                _offsets[count++] = position;
                position += sizeof(Interop.BtfType) + tail;
            }

            EndId = FirstId + count;
            _offsets = (int*)NativeMemory.Realloc(_offsets, ((nuint)count + 1) * sizeof(int));
        }
        catch
        {
            NativeMemory.Free(_offsets);
            _offsets = null;
            throw;
        }
    }
}
