using System.Buffers.Binary;
using System.Text;

namespace BpfTune.LibBpf.Tests;

/// <summary>Writes BTF as a kernel's build does: a header, the types, the strings.</summary>
internal sealed class BtfBuilder
{
    private readonly List<uint> _words = [];
    private readonly List<byte> _strings = [];
    private readonly Dictionary<string, uint> _offsets = [];
    private readonly uint _firstString;
    private int _last;

    /// <summary>Of a kernel, or of a module: then ids and strings go on where the kernel's end.</summary>
    internal BtfBuilder(BtfBuilder? kernel = null)
    {
        _last = kernel?._last ?? 0;
        _firstString = kernel is null ? 0 : (uint)kernel._strings.Count;
        _offsets[string.Empty] = 0;
        if (kernel is null)
            _strings.Add(0);
    }

    internal int Function(string name) => Type(name, 12, 0, false, 0);

    internal int Typedef(string name, int type) => Type(name, 8, 0, false, (uint)type);

    internal int Const(int type) => Type(string.Empty, 10, 0, false, (uint)type);

    internal int Pointer(int type) => Type(string.Empty, 2, 0, false, (uint)type);

    internal int Array(int type, int index, int count) =>
        Type(string.Empty, 3, 0, false, 0, (uint)type, (uint)index, (uint)count);

    internal int Int(string name) => Type(name, 1, 0, false, 4, 32);

    internal int Struct(string name, params (string Name, int Type)[] members) => Composite(4, name, members);

    internal int Union(string name, params (string Name, int Type)[] members) => Composite(5, name, members);

    internal int Enum(string name, bool signed, params (string Name, int Value)[] values) => Type(
        name, 6, values.Length, signed, 4, [.. values.SelectMany(v => new[] { String(v.Name), (uint)v.Value })]);

    internal int Enum64(string name, params (string Name, ulong Value)[] values) => Type(
        name, 19, values.Length, false, 8,
        [.. values.SelectMany(v => new[] { String(v.Name), (uint)v.Value, (uint)(v.Value >> 32) })]);

    internal int Type(string name, uint kind, int count, bool flag, uint sizeOrType, params uint[] tail)
    {
        _words.Add(String(name));
        _words.Add((kind << 24) | (uint)count | (flag ? 0x80000000 : 0));
        _words.Add(sizeOrType);
        _words.AddRange(tail);
        return ++_last;
    }

    internal uint String(string text)
    {
        if (_offsets.TryGetValue(text, out var offset))
            return offset;
        offset = _firstString + (uint)_strings.Count;
        _strings.AddRange(Encoding.UTF8.GetBytes(text));
        _strings.Add(0);
        return _offsets[text] = offset;
    }

    internal byte[] Build()
    {
        var types = _words.Count * 4;
        var all = new byte[24 + types + _strings.Count];
        BinaryPrimitives.WriteUInt16LittleEndian(all, 0xeb9f);
        all[2] = 1;
        uint[] header = [24, 0, (uint)types, (uint)types, (uint)_strings.Count];
        for (var i = 0; i < header.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(all.AsSpan(4 + (i * 4)), header[i]);
        for (var i = 0; i < _words.Count; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(all.AsSpan(24 + (i * 4)), _words[i]);
        _strings.CopyTo(all, 24 + types);
        return all;
    }

    private int Composite(uint kind, string name, (string Name, int Type)[] members) => Type(
        name, kind, members.Length, false, 8,
        [.. members.SelectMany((m, i) => new[] { String(m.Name), (uint)m.Type, (uint)i * 32 })]);
}
