using System.Buffers.Binary;
using System.Text;

namespace BpfTune.LibBpf.Tests;

/// <summary>Writes BTF as a kernel's build does: a header, the types, the strings.</summary>
internal sealed class BtfBuilder
{
    private readonly List<uint> _words = [];
    private readonly List<byte> _strings = [0];
    private readonly Dictionary<string, uint> _offsets = new() { [string.Empty] = 0 };
    private int _last;

    internal int Function(string name) => Type(name, 12, 0, false, 0);

    internal int Typedef(string name, int type) => Type(name, 8, 0, false, (uint)type);

    internal int Const(int type) => Type(string.Empty, 10, 0, false, (uint)type);

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
        name, kind, members.Length, false, 8, [.. members.SelectMany(m => new[] { String(m.Name), (uint)m.Type, 0u })]);

    private uint String(string text)
    {
        if (_offsets.TryGetValue(text, out var offset))
            return offset;
        offset = (uint)_strings.Count;
        _strings.AddRange(Encoding.UTF8.GetBytes(text));
        _strings.Add(0);
        return _offsets[text] = offset;
    }
}
