using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>
/// The types of some kinds by name, in a hash table of their own that the first question makes: most readers ask for
/// one kind of thing only. Safe to ask from several threads.
/// </summary>
/// <remarks>
/// Names are hashed without their flavor (what follows '___'), as CO-RE compares them; see <see cref="EssentialName"/>.
/// </remarks>
internal sealed unsafe class NameIndex(BtfData data, params BtfKind[] kinds) : IDisposable
{
    private readonly uint _kinds = Mask(kinds);
    private readonly Lock _lock = new();

    // Ids; 0 is free. Open addressing, at most half full.
    private volatile nint _slots;
    private int _mask;

    /// <summary>The first id of that name; 0, which is void's, for none.</summary>
    internal int First(ReadOnlySpan<byte> name)
    {
        var probe = 0;
        return Next(name, ref probe);
    }

    /// <summary>
    /// The next id of that name, for C lets several files of the kernel have a structure of one name; 0 after the last.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="probe">Where the search stands: 0 at first, then as it was left.</param>
    internal int Next(ReadOnlySpan<byte> name, ref int probe)
    {
        var slots = Slots();
        for (var start = (int)Hash(EssentialName.Of(name)); slots[(start + probe) & _mask] is var id and not 0;)
        {
            probe++;
            if (data.Name(data.Type(id)->NameOffset).SequenceEqual(name))
                return id;
        }

        return 0;
    }

    /// <summary>As <see cref="Next"/>, of all flavors of a name.</summary>
    /// <param name="essential">The name without a flavor.</param>
    /// <param name="probe">Where the search stands.</param>
    internal int NextFlavor(ReadOnlySpan<byte> essential, ref int probe)
    {
        var slots = Slots();
        for (var start = (int)Hash(essential); slots[(start + probe) & _mask] is var id and not 0;)
        {
            probe++;
            if (EssentialName.Of(data.Name(data.Type(id)->NameOffset)).SequenceEqual(essential))
                return id;
        }

        return 0;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    ~NameIndex() => Free();

    private static uint Mask(BtfKind[] kinds)
    {
        var mask = 0u;
        foreach (var kind in kinds)
            mask |= 1u << (int)kind;
        return mask;
    }

    private static uint Hash(ReadOnlySpan<byte> name)
    {
        var hash = (ulong)name.Length;
        for (; name.Length >= 8; name = name[8..])
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(name)) * 0x9e3779b97f4a7c15;
        foreach (var b in name)
            hash = (hash ^ b) * 0x9e3779b97f4a7c15;
        return (uint)(hash >> 32);
    }

    private bool Has(Interop.BtfType* type) => type->NameOffset != 0 && (_kinds & (1u << (int)type->Kind)) != 0;

    private int* Slots() => _slots is var slots and not 0 ? (int*)slots : Build();

    private int* Build()
    {
        lock (_lock)
        {
            if (_slots is var built and not 0)
                return (int*)built;

            var count = 0u;
            for (var id = data.FirstId; id < data.EndId; id++)
            {
                if (Has(data.Type(id)))
                    count++;
            }

            var size = BitOperations.RoundUpToPowerOf2(Math.Max(4, count * 2));
            var slots = (int*)NativeMemory.AllocZeroed(size, sizeof(int));
            var mask = (int)size - 1;
            try
            {
                for (var id = data.FirstId; id < data.EndId; id++)
                {
                    var type = data.Type(id);
                    if (!Has(type))
                        continue;
                    var slot = (int)Hash(EssentialName.Of(data.Name(type->NameOffset))) & mask;
                    while (slots[slot] != 0)
                        slot = (slot + 1) & mask;
                    slots[slot] = id;
                }
            }
            catch
            {
                NativeMemory.Free(slots);
                throw;
            }

            _mask = mask;
            _slots = (nint)slots;
            return slots;
        }
    }

    private void Free()
    {
        NativeMemory.Free((void*)_slots);
        _slots = 0;
    }
}
