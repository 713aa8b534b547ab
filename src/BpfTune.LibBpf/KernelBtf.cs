using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace BpfTune.LibBpf;

/// <summary>
/// The kernel's own BTF (/sys/kernel/btf/vmlinux), read once: which functions can be traced, which tracepoints there
/// are, which members a structure has. What loadable modules add is not in it. Safe to use from several threads.
/// </summary>
/// <remarks>
/// Opening reads some 5 to 10 MB and goes through them once (about 5 ms); the first question of a kind hashes that kind's
/// names (about 2 ms for the functions), and each further one costs about a microsecond. The live tests print the
/// figures. Dispose of it when probing is done: the file's memory is native and goes back at once.
/// </remarks>
public sealed unsafe class KernelBtf : IDisposable
{
    /// <summary>Where the kernel shows its BTF.</summary>
    public const string DefaultPath = "/sys/kernel/btf/vmlinux";

    private const ushort Magic = 0xeb9f;
    private const int HeaderSize = 24;
    private const int MaxNesting = 16;

    private static readonly byte[] s_tracepointPrefix = "btf_trace_"u8.ToArray();

    private readonly int _typesStart;
    private readonly int _stringsStart;
    private readonly int _stringsLength;
    private readonly List<int> _offsets = [0];
    private readonly NameIndex _functions = new();
    private readonly NameIndex _tracepoints = new();
    private readonly NameIndex _structs = new();
    private readonly NameIndex _enums = new();
    private byte* _data;

    private KernelBtf(byte* data, int length, string path)
    {
        var header = new ReadOnlySpan<byte>(data, length);
        if (length < HeaderSize || BinaryPrimitives.ReadUInt16LittleEndian(header) != Magic)
            throw Malformed(path, "it does not begin as BTF does");

        var headerLength = (int)BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        _typesStart = headerLength + (int)BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        var typesLength = (int)BinaryPrimitives.ReadUInt32LittleEndian(header[12..]);
        _stringsStart = headerLength + (int)BinaryPrimitives.ReadUInt32LittleEndian(header[16..]);
        _stringsLength = (int)BinaryPrimitives.ReadUInt32LittleEndian(header[20..]);
        if ((long)_typesStart + typesLength > length || (long)_stringsStart + _stringsLength > length
            || _typesStart < HeaderSize || _stringsStart < HeaderSize || typesLength < 0 || _stringsLength < 0)
        {
            throw Malformed(path, "its sections lie outside of it");
        }

        _data = data;
        try
        {
            Index(_typesStart + typesLength, path);
        }
        catch
        {
            _data = null; // Still the caller's to free.
            throw;
        }
    }

    /// <summary>Whether the running kernel shows BTF at all.</summary>
    public static bool IsAvailable => File.Exists(DefaultPath);

    /// <summary>How many types it has.</summary>
    public int TypeCount => _offsets.Count - 1;

    private ReadOnlySpan<byte> Strings
    {
        get
        {
            ObjectDisposedException.ThrowIf(_data is null, this);
            return new ReadOnlySpan<byte>(_data + _stringsStart, _stringsLength);
        }
    }

    /// <summary>Reads the kernel's BTF.</summary>
    /// <param name="path">The file; the running kernel's own by default.</param>
    /// <exception cref="BpfException">The kernel has no BTF, or it cannot be read.</exception>
    public static KernelBtf Open(string path = DefaultPath)
    {
        byte* data = null;
        try
        {
            using var file = File.OpenHandle(path);
            var length = checked((int)RandomAccess.GetLength(file));
            data = (byte*)NativeMemory.Alloc((nuint)Math.Max(length, 1));
            for (var done = 0; done < length;)
            {
                var count = RandomAccess.Read(file, new Span<byte>(data + done, length - done), done);
                if (count == 0)
                    throw Malformed(path, "it ends too early");
                done += count;
            }

            var btf = new KernelBtf(data, length, path);
            data = null;
            return btf;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BpfException(
                $"this kernel has no BTF ({path} is not there): it needs CONFIG_DEBUG_INFO_BTF", path, Errno.ENOENT)
            {
                Reason = "this kernel has no BTF",
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BpfException($"cannot read {path}: {e.Message}", path, Errno.EIO) { Reason = "it cannot be read" };
        }
        finally
        {
            NativeMemory.Free(data);
        }
    }

    /// <summary>Whether the kernel has a function of that name that fentry and fexit programs can name.</summary>
    /// <param name="name">The function's name.</param>
    public bool HasFunction(string name) => FindFunction(name) != 0;

    /// <summary>Whether the kernel has a tracepoint of that name, for tp_btf and raw_tp programs.</summary>
    /// <param name="name">The name without the group: 'tcp_retransmit_skb'.</param>
    public bool HasTracepoint(string name) => FindTracepoint(name) != 0;

    /// <summary>Whether a structure or union has a member, also one inside an anonymous member.</summary>
    /// <param name="structure">The structure's tag: 'net'.</param>
    /// <param name="member">The member's name: 'net_cookie'.</param>
    public bool HasStructMember(string structure, string member)
    {
        var memberName = Utf8(member);
        var structureName = Utf8(structure);
        var probe = 0;
        while (_structs.Next(Strings, structureName, ref probe) is var id and not 0)
        {
            if (HasMember(id, memberName, 0))
                return true;
        }

        return false;
    }

    /// <summary>Whether the kernel has a structure or union of that tag.</summary>
    /// <param name="structure">The tag.</param>
    public bool HasStruct(string structure) => _structs.First(Strings, Utf8(structure)) != 0;

    /// <summary>The number behind an enumerator, such as SKB_DROP_REASON_SOCKET_RCVBUFF of skb_drop_reason.</summary>
    /// <param name="enumeration">The enumeration's tag.</param>
    /// <param name="enumerator">The enumerator's name.</param>
    /// <param name="value">Its value, when true is returned.</param>
    public bool TryGetEnumValue(string enumeration, string enumerator, out long value)
    {
        value = 0;
        var strings = Strings;
        var name = Utf8(enumerator);
        var enumerationName = Utf8(enumeration);
        var probe = 0;
        while (_enums.Next(strings, enumerationName, ref probe) is var id and not 0)
        {
            var type = Type(id);
            var wide = type->Kind == BtfKind.Enum64;
            var entry = (uint*)(type + 1);
            for (var i = 0; i < type->Count; i++, entry += wide ? 3 : 2)
            {
                if (!NameIndex.IsAt(strings, (int)entry[0], name))
                    continue;
                value = wide ? (long)(entry[1] | ((ulong)entry[2] << 32))
                    : type->KindFlag ? (int)entry[1] : entry[1];
                return true;
            }
        }

        return false;
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        NativeMemory.Free(_data);
        _data = null;
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the memory of one that was not disposed of.</summary>
    ~KernelBtf() => NativeMemory.Free(_data);

    /// <summary>The BTF id of a function; 0 for none.</summary>
    internal int FindFunction(string name) => _functions.First(Strings, Utf8(name));

    /// <summary>The BTF id of a tracepoint's typedef btf_trace_NAME, which the kernel keeps for just this; 0 for none.</summary>
    internal int FindTracepoint(string name) => _tracepoints.First(Strings, Utf8("btf_trace_" + name));

    private static BpfException Malformed(string path, string reason) =>
        new($"cannot read {path}: {reason}", path, Errno.EINVAL) { Reason = reason };

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

    private void Index(int end, string path)
    {
        var strings = Strings;
        for (var position = _typesStart; position < end;)
        {
            var type = (Interop.BtfType*)(_data + position);
            var tail = position + sizeof(Interop.BtfType) <= end ? TailSize(type) : -1;
            if (tail < 0 || position + sizeof(Interop.BtfType) + tail > end)
                throw Malformed(path, $"its type {_offsets.Count} is of a kind ({(int)type->Kind}) not known here, or cut off");

            var id = _offsets.Count;
            _offsets.Add(position);
            var index = type->Kind switch
            {
                BtfKind.Function => _functions,
                BtfKind.Struct or BtfKind.Union => _structs,
                BtfKind.Enum or BtfKind.Enum64 => _enums,
                BtfKind.Typedef when IsTracepoint(strings, type->NameOffset) => _tracepoints,
                _ => null,
            };
            if (type->NameOffset != 0)
                index?.Add((int)type->NameOffset, id);
            position += sizeof(Interop.BtfType) + tail;
        }
    }

    private static bool IsTracepoint(ReadOnlySpan<byte> strings, uint name) =>
        name < strings.Length && strings[(int)name..].StartsWith(s_tracepointPrefix);

    private Interop.BtfType* Type(int id) => (Interop.BtfType*)(_data + _offsets[id]);

    private static byte[] Utf8(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Encoding.UTF8.GetBytes(name);
    }

    private bool HasMember(int id, ReadOnlySpan<byte> member, int depth)
    {
        if (depth > MaxNesting || id <= 0 || id >= _offsets.Count)
            return false;
        var type = Type(id);
        switch (type->Kind)
        {
            case BtfKind.Const or BtfKind.Volatile or BtfKind.Typedef or BtfKind.TypeTag:
                return HasMember((int)type->SizeOrType, member, depth + 1);
            case BtfKind.Struct or BtfKind.Union:
                break;
            default:
                return false;
        }

        // struct btf_member { __u32 name_off, type, offset; }[], right behind the head.
        var entry = (uint*)(type + 1);
        for (var i = 0; i < type->Count; i++, entry += 3)
        {
            if (entry[0] == 0 ? HasMember((int)entry[1], member, depth + 1) : NameIndex.IsAt(Strings, (int)entry[0], member))
                return true;
        }

        return false;
    }
}
