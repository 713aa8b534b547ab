namespace BpfTune.LibBpf;

/// <summary>
/// The part of the kernel's BTF that one object's CO-RE relocations can touch: some kilobytes instead of megabytes, and
/// every relocation comes out the same. So libbpf need not read all of the kernel's for each object.
/// </summary>
/// <remarks>
/// Why it comes out the same (libbpf's relo_core.c): a relocation begins at the types that have its root's kind and name,
/// and all of those are here. From there it follows members by name, so a member that no program of the object names can
/// be left out; anonymous members are gone through, and a structure's last member tells whether an array may be
/// flexible, so these stay. Sizes and offsets are written in what stays. What a pointer points to is never looked at:
/// all pointers become void's. Types that are embedded come along with the same rules.
/// </remarks>
internal sealed unsafe class ReducedBtf
{
    private readonly BtfData _kernel;
    private readonly CoreTypes _wanted;

    // Kernel ids in the order of their new ids, which begin at 1. There are some dozens: a search is a sweep.
    private readonly List<int> _ids = [];
    private readonly List<int> _nameOffsets = [];
    private readonly List<int> _newNames = [];
    private readonly ByteBuffer _types = new();
    private readonly ByteBuffer _strings = new();

    private ReducedBtf(BtfData kernel, CoreTypes wanted)
    {
        _kernel = kernel;
        _wanted = wanted;
        _strings.Add((byte)0);
    }

    /// <summary>The bytes of BTF for an object; null when it has to be the kernel's whole BTF.</summary>
    /// <param name="kernel">The kernel's.</param>
    /// <param name="elf">The object file.</param>
    /// <exception cref="BpfException">The kernel's or the object's BTF is damaged.</exception>
    internal static byte[]? Make(KernelBtf kernel, ReadOnlySpan<byte> elf)
    {
        using var wanted = CoreTypes.Read(elf);
        if (wanted is null)
            return null;
        var reduced = new ReducedBtf(kernel.Data, wanted);
        List<int>? missing = null;
        foreach (var root in wanted.Roots)
        {
            if (!reduced.AddCandidates(kernel, root))
                (missing ??= []).Add(root);
        }

        // Types that the kernel itself lacks are looked for in its modules. That is libbpf's part.
        if (reduced._ids.Count == 0 || (missing is not null && ModuleBtf.DeclaresAny(kernel.Data, wanted, missing)))
            return null;
        return reduced.Build();
    }

    private bool AddCandidates(KernelBtf kernel, int root)
    {
        var found = false;
        var probe = 0;
        while (kernel.NextCandidate(_wanted.Kind(root), _wanted.Name(root), ref probe) is var id and not 0)
        {
            Map((uint)id);
            found = true;
        }

        return found;
    }

    private byte[] Build()
    {
        for (var i = 0; i < _ids.Count; i++)
            Write(_kernel.Type(_ids[i]));

        var all = new ByteBuffer();
        all.Add(BtfData.Magic | (1u << 16));
        all.Add((uint)BtfData.HeaderSize);
        all.Add(0u);
        all.Add((uint)_types.Length);
        all.Add((uint)_types.Length);
        all.Add((uint)_strings.Length);
        all.Add(_types.Span);
        all.Add(_strings.Span);
        return all.Span.ToArray();
    }

    /// <summary>A type's new id. It gets one, and a place in the queue, when it is first asked for.</summary>
    private uint Map(uint id)
    {
        if (id == 0)
            return 0;
        var index = _ids.IndexOf((int)id);
        if (index < 0)
        {
            index = _ids.Count;
            _ids.Add((int)id);
        }

        return (uint)index + 1;
    }

    private void Write(Interop.BtfType* type)
    {
        var tail = (uint*)(type + 1);
        switch (type->Kind)
        {
            case BtfKind.Struct or BtfKind.Union:
                WriteComposite(type, (uint*)(type + 1));
                break;
            case BtfKind.Enum:
                WriteEnumeration(type, tail, 2);
                break;
            case BtfKind.Enum64:
                WriteEnumeration(type, tail, 3);
                break;
            case BtfKind.Pointer:
                Head(type, type->Info, 0);
                break;
            case BtfKind.Typedef or BtfKind.Const or BtfKind.Volatile or BtfKind.Restrict or BtfKind.TypeTag:
                Head(type, type->Info, Map(type->SizeOrType));
                break;
            case BtfKind.Array:
                Head(type, type->Info, type->SizeOrType);
                _types.Add(Map(tail[0]));
                _types.Add(Map(tail[1]));
                _types.Add(tail[2]);
                break;
            case BtfKind.Int:
                Head(type, type->Info, type->SizeOrType);
                _types.Add(tail[0]);
                break;
            case BtfKind.Float or BtfKind.Forward:
                Head(type, type->Info, type->SizeOrType);
                break;
            default:
                throw _kernel.Malformed($"a structure in it embeds something of kind {(int)type->Kind}");
        }
    }

    private void WriteComposite(Interop.BtfType* type, uint* members)
    {
        var head = _types.Length;
        Head(type, type->Info, type->SizeOrType);
        var kept = 0u;
        for (var i = 0; i < type->Count; i++, members += 3)
        {
            if (members[0] != 0 && i != type->Count - 1 && !_wanted.MayName(_kernel.Name(members[0])))
                continue;
            _types.Add(Name(members[0]));
            _types.Add(Map(members[1]));
            _types.Add(members[2]);
            kept++;
        }

        SetCount(head, kept);
    }

    private void WriteEnumeration(Interop.BtfType* type, uint* entry, int words)
    {
        var head = _types.Length;
        Head(type, type->Info, type->SizeOrType);
        var kept = 0u;
        for (var i = 0; i < type->Count; i++, entry += words)
        {
            if (!_wanted.MayName(_kernel.Name(entry[0])))
                continue;
            _types.Add(Name(entry[0]));
            for (var word = 1; word < words; word++)
                _types.Add(entry[word]);
            kept++;
        }

        SetCount(head, kept);
    }

    private void SetCount(int head, uint count) => _types.SetWord(head + 4, (_types.WordAt(head + 4) & ~0xffffu) | count);

    private void Head(Interop.BtfType* type, uint info, uint sizeOrType)
    {
        _types.Add(Name(type->NameOffset));
        _types.Add(info);
        _types.Add(sizeOrType);
    }

    private uint Name(uint offset)
    {
        if (offset == 0)
            return 0;
        var index = _nameOffsets.IndexOf((int)offset);
        if (index >= 0)
            return (uint)_newNames[index];
        var name = _strings.Length;
        _strings.Add(_kernel.Name(offset));
        _strings.Add((byte)0);
        _nameOffsets.Add((int)offset);
        _newNames.Add(name);
        return (uint)name;
    }
}
