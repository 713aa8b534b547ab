using System.Buffers.Binary;

namespace BpfTune.LibBpf;

/// <summary>
/// What a BPF object's CO-RE relocations need of the kernel's BTF: the types that they begin at, and every name of a
/// member or enumerator that they may look for.
/// </summary>
/// <remarks>The object's .BTF and .BTF.ext sections: Documentation/bpf/btf.rst and bpf/llvm_reloc.rst.</remarks>
internal sealed unsafe class CoreTypes : IDisposable
{
    private const int ExtensionHeaderSize = 32;
    private const int RecordSize = 16;

    private readonly BtfData _local;
    private readonly List<int> _roots;
    private readonly NameSet _names;

    private CoreTypes(BtfData local, List<int> roots, NameSet names)
    {
        _local = local;
        _roots = roots;
        _names = names;
    }

    /// <summary>Where relocations begin: ids of the object's own BTF, each once.</summary>
    internal IReadOnlyList<int> Roots => _roots;

    /// <summary>
    /// Reads them; null when there are none, or there is one that only the kernel's whole BTF answers.
    /// </summary>
    /// <param name="elf">The object file.</param>
    /// <exception cref="BpfException">The object's BTF cannot be read.</exception>
    internal static CoreTypes? Read(ReadOnlySpan<byte> elf)
    {
        var btf = ElfSections.Find(elf, ".BTF"u8);
        var records = Records(ElfSections.Find(elf, ".BTF.ext"u8), out var recordSize);
        if (btf.IsEmpty || records.IsEmpty)
            return null;

        var local = BtfData.Copy(btf, ".BTF");
        try
        {
            if (ReadRoots(records, recordSize, local) is { Count: > 0 } roots)
                return new CoreTypes(local, roots, NamesOf(local));
        }
        catch
        {
            local.Dispose();
            throw;
        }

        local.Dispose();
        return null;
    }

    internal BtfKind Kind(int root) => _local.Type(root)->Kind;

    /// <summary>A root's name without its flavor.</summary>
    internal ReadOnlySpan<byte> Name(int root) => EssentialName.Of(_local.Name(_local.Type(root)->NameOffset));

    /// <summary>Whether a relocation may ask for a member or an enumerator of that name.</summary>
    internal bool MayName(ReadOnlySpan<byte> name) => _names.Contains(EssentialName.Of(name));

    public void Dispose() => _local.Dispose();

    private static ReadOnlySpan<byte> Records(ReadOnlySpan<byte> extension, out int recordSize)
    {
        recordSize = 0;
        if (extension.Length < ExtensionHeaderSize || BinaryPrimitives.ReadUInt16LittleEndian(extension) != BtfData.Magic)
            return default;

        var headerLength = Word(extension, 4);
        var offset = (ulong)headerLength + Word(extension, 24);
        var length = Word(extension, 28);
        if (headerLength < ExtensionHeaderSize || length < 4 || offset + length > (ulong)extension.Length)
            return default;
        var records = extension.Slice((int)offset, (int)length);
        var size = Word(records, 0);
        recordSize = size is >= RecordSize and <= 1024 ? (int)size : 0;
        return recordSize == 0 ? default : records[4..];
    }

    /// <summary>
    /// struct btf_ext_info_sec { sec_name_off, num_info } with struct bpf_core_relo { insn_off, type_id, access_str_off,
    /// kind } behind each. Null when the object is damaged (libbpf will say how) or asks for too much.
    /// </summary>
    private static List<int>? ReadRoots(ReadOnlySpan<byte> records, int recordSize, BtfData local)
    {
        var roots = new List<int>();
        while (!records.IsEmpty)
        {
            if (records.Length < 8)
                return null;
            ulong count = Word(records, 4);
            records = records[8..];
            if (count * (ulong)recordSize > (ulong)records.Length)
                return null;
            for (; count > 0; count--, records = records[recordSize..])
            {
                var id = (int)Word(records, 4);
                var kind = (CoreRelocationKind)Word(records, 12);
                if (kind == CoreRelocationKind.TypeIdLocal)
                    continue;
                if (!CanReduce(kind, local.Type(id)))
                    return null;
                if (!roots.Contains(id))
                    roots.Add(id);
            }
        }

        return roots;
    }

    /// <summary>
    /// Whether a few types answer the question as all of them would. Ids of the kernel's types and whole matches do not
    /// survive the reduction; a typedef may stand for a pointer, and what that points to is left out.
    /// </summary>
    private static bool CanReduce(CoreRelocationKind kind, Interop.BtfType* root) => root->NameOffset != 0 && kind switch
    {
        >= CoreRelocationKind.FieldByteOffset and <= CoreRelocationKind.FieldRightShift =>
            root->Kind is BtfKind.Struct or BtfKind.Union or BtfKind.Typedef,
        CoreRelocationKind.TypeExists or CoreRelocationKind.TypeSize =>
            root->Kind is BtfKind.Struct or BtfKind.Union or BtfKind.Enum or BtfKind.Enum64,
        CoreRelocationKind.EnumeratorExists or CoreRelocationKind.EnumeratorValue =>
            root->Kind is BtfKind.Enum or BtfKind.Enum64,
        _ => false,
    };

    private static NameSet NamesOf(BtfData local)
    {
        var names = new NameSet(local);
        for (var id = local.FirstId; id < local.EndId; id++)
        {
            var type = local.Type(id);
            var words = type->Kind switch
            {
                BtfKind.Struct or BtfKind.Union or BtfKind.Enum64 => 3,
                BtfKind.Enum => 2,
                _ => 0,
            };
            var entry = (uint*)(type + 1);
            for (var i = 0; words > 0 && i < type->Count; i++, entry += words)
                names.Add(entry[0]);
        }

        return names;
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
