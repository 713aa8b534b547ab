using System.Text;

namespace BpfTune.LibBpf;

/// <summary>
/// The kernel's own BTF (/sys/kernel/btf/vmlinux), gone through once: which functions can be traced, which tracepoints
/// there are, which members a structure has. What loadable modules add is not in it. Given to
/// <see cref="BpfObjectOptions.KernelBtf"/> it also spares libbpf reading all of it again for each object. Safe to use
/// from several threads.
/// </summary>
/// <remarks>
/// Opening maps or reads some 5 to 10 MB and notes where each type begins; the first question of a kind hashes that
/// kind's names, and each further one costs about a microsecond. The live tests print the figures. Dispose of it when
/// probing and loading are done: all its memory is outside of the collected heap and goes back at once.
/// </remarks>
public sealed unsafe class KernelBtf : IDisposable
{
    /// <summary>Where the kernel shows its BTF.</summary>
    public const string DefaultPath = "/sys/kernel/btf/vmlinux";

    private const int MaxNesting = 16;

    // Types seen on the way through anonymous members. No kernel structure comes near; damaged BTF may embed itself.
    private const int MaxSteps = 10_000;

    private readonly BtfData _data;
    private readonly NameIndex _functions;
    private readonly NameIndex _typedefs;
    private readonly NameIndex _structs;
    private readonly NameIndex _enums;

    private KernelBtf(BtfData data)
    {
        _data = data;
        _functions = new NameIndex(data, BtfKind.Function);
        _typedefs = new NameIndex(data, BtfKind.Typedef);
        _structs = new NameIndex(data, BtfKind.Struct, BtfKind.Union);
        _enums = new NameIndex(data, BtfKind.Enum, BtfKind.Enum64);
    }

    /// <summary>Whether the running kernel shows BTF at all.</summary>
    public static bool IsAvailable => File.Exists(DefaultPath);

    /// <summary>How many types it has.</summary>
    public int TypeCount => _data.EndId - _data.FirstId;

    internal BtfData Data => _data;

    /// <summary>Reads the kernel's BTF.</summary>
    /// <param name="path">The file; the running kernel's own by default.</param>
    /// <exception cref="BpfException">The kernel has no BTF, or it cannot be read.</exception>
    public static KernelBtf Open(string path = DefaultPath)
    {
        try
        {
            return new KernelBtf(BtfData.Read(path));
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
    }

    /// <summary>From a copy of bytes in memory.</summary>
    /// <exception cref="BpfException">They are no BTF.</exception>
    internal static KernelBtf FromBytes(ReadOnlySpan<byte> bytes) => new(BtfData.Copy(bytes, "BTF"));

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
        while (Index(_structs).Next(structureName, ref probe) is var id and not 0)
        {
            var steps = MaxSteps;
            if (HasMember(id, memberName, 0, ref steps))
                return true;
        }

        return false;
    }

    /// <summary>Whether the kernel has a structure or union of that tag.</summary>
    /// <param name="structure">The tag.</param>
    public bool HasStruct(string structure) => Index(_structs).First(Utf8(structure)) != 0;

    /// <summary>The number behind an enumerator, such as SKB_DROP_REASON_SOCKET_RCVBUFF of skb_drop_reason.</summary>
    /// <param name="enumeration">The enumeration's tag.</param>
    /// <param name="enumerator">The enumerator's name.</param>
    /// <param name="value">Its value, when true is returned.</param>
    public bool TryGetEnumValue(string enumeration, string enumerator, out long value)
    {
        value = 0;
        var name = Utf8(enumerator);
        var enumerationName = Utf8(enumeration);
        var probe = 0;
        while (Index(_enums).Next(enumerationName, ref probe) is var id and not 0)
        {
            var type = _data.Type(id);
            var wide = type->Kind == BtfKind.Enum64;
            var entry = (uint*)(type + 1);
            for (var i = 0; i < type->Count; i++, entry += wide ? 3 : 2)
            {
                if (!_data.Name(entry[0]).SequenceEqual(name))
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
        // The data first: from then on a question throws, rather than look into a table that is gone.
        _data.Dispose();
        _functions.Dispose();
        _typedefs.Dispose();
        _structs.Dispose();
        _enums.Dispose();
    }

    /// <summary>The BTF id of a function; 0 for none.</summary>
    internal int FindFunction(string name) => Index(_functions).First(Utf8(name));

    /// <summary>The BTF id of a tracepoint's typedef btf_trace_NAME, which the kernel keeps for just this; 0 for none.</summary>
    internal int FindTracepoint(string name) => Index(_typedefs).First(Utf8("btf_trace_" + name));

    /// <summary>The next type that CO-RE may take for one of that kind and name; 0 after the last.</summary>
    /// <param name="kind">The kind in the program; either width of an enumeration stands for the other.</param>
    /// <param name="essential">The name without a flavor.</param>
    /// <param name="probe">Where the search stands: 0 at first, then as it was left.</param>
    internal int NextCandidate(BtfKind kind, ReadOnlySpan<byte> essential, ref int probe)
    {
        var index = Index(kind switch
        {
            BtfKind.Struct or BtfKind.Union => _structs,
            BtfKind.Enum or BtfKind.Enum64 => _enums,
            BtfKind.Typedef => _typedefs,
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        });
        while (index.NextFlavor(essential, ref probe) is var id and not 0)
        {
            if (kind is not (BtfKind.Struct or BtfKind.Union) || _data.Type(id)->Kind == kind)
                return id;
        }

        return 0;
    }

    private static byte[] Utf8(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Encoding.UTF8.GetBytes(name);
    }

    private NameIndex Index(NameIndex index)
    {
        ObjectDisposedException.ThrowIf(_data.IsDisposed, this);
        return index;
    }

    private bool HasMember(int id, ReadOnlySpan<byte> member, int depth, ref int steps)
    {
        id = depth > MaxNesting || --steps < 0 ? 0 : _data.Resolve(id);
        if (id == 0)
            return false;
        var type = _data.Type(id);
        if (type->Kind is not (BtfKind.Struct or BtfKind.Union))
            return false;

        // struct btf_member { __u32 name_off, type, offset; }[], right behind the head.
        var entry = (uint*)(type + 1);
        for (var i = 0; i < type->Count; i++, entry += 3)
        {
            if (entry[0] == 0
                ? HasMember((int)entry[1], member, depth + 1, ref steps)
                : _data.Name(entry[0]).SequenceEqual(member))
            {
                return true;
            }
        }

        return false;
    }
}
