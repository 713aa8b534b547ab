using System.Buffers.Binary;
using System.Numerics;

namespace BpfTune.LibBpf;

/// <summary>
/// BTF ids by name. Adding costs next to nothing; the hash table is made by the first question, since most readers ask
/// only for one kind of thing. Safe to ask from several threads once all are added.
/// </summary>
internal sealed class NameIndex
{
    private readonly List<int> _names = [];
    private readonly List<int> _ids = [];
    private readonly Lock _lock = new();

    // Positions in the lists, plus 1; open addressing, at most half full.
    private volatile int[]? _slots;

    internal void Add(int nameOffset, int id)
    {
        _names.Add(nameOffset);
        _ids.Add(id);
    }

    /// <summary>The first id of that name; 0, which is void's, for none.</summary>
    internal int First(ReadOnlySpan<byte> strings, ReadOnlySpan<byte> name)
    {
        var after = 0;
        return Next(strings, name, ref after);
    }

    /// <summary>
    /// The next id of that name, for C lets several files of the kernel have a structure of one name; 0 after the last.
    /// </summary>
    /// <param name="strings">BTF's strings.</param>
    /// <param name="name">The name.</param>
    /// <param name="probe">Where the search stands: 0 at first, then as it was left.</param>
    internal int Next(ReadOnlySpan<byte> strings, ReadOnlySpan<byte> name, ref int probe)
    {
        var slots = _slots ?? Build(strings);
        var mask = slots.Length - 1;
        for (var start = (int)Hash(name) & mask; slots[(start + probe) & mask] is var position and not 0;)
        {
            probe++;
            if (IsAt(strings, _names[position - 1], name))
                return _ids[position - 1];
        }

        return 0;
    }

    /// <summary>Whether the string at that place is just this name.</summary>
    internal static bool IsAt(ReadOnlySpan<byte> strings, int offset, ReadOnlySpan<byte> name) =>
        (uint)offset < (uint)strings.Length
        && strings[offset..].StartsWith(name)
        && offset + name.Length < strings.Length
        && strings[offset + name.Length] == 0;

    private static uint Hash(ReadOnlySpan<byte> name)
    {
        var hash = (ulong)name.Length;
        for (; name.Length >= 8; name = name[8..])
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(name)) * 0x9e3779b97f4a7c15;
        foreach (var b in name)
            hash = (hash ^ b) * 0x9e3779b97f4a7c15;
        return (uint)(hash >> 32);
    }

    private int[] Build(ReadOnlySpan<byte> strings)
    {
        lock (_lock)
        {
            if (_slots is { } built)
                return built;

            var slots = new int[BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, _names.Count * 2))];
            var mask = slots.Length - 1;
            for (var position = 0; position < _names.Count; position++)
            {
                var text = (uint)_names[position] < (uint)strings.Length ? strings[_names[position]..] : default;
                var end = text.IndexOf((byte)0);
                var slot = (int)Hash(end < 0 ? text : text[..end]) & mask;
                while (slots[slot] != 0)
                    slot = (slot + 1) & mask;
                slots[slot] = position + 1;
            }

            return _slots = slots;
        }
    }
}
