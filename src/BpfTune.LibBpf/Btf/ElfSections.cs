using System.Buffers.Binary;

namespace BpfTune.LibBpf;

/// <summary>Finds sections of a 64-bit little-endian ELF file by name. Whatever does not fit together is 'not there'.</summary>
internal static class ElfSections
{
    private const int HeaderSize = 64;
    private const int EntrySize = 64;

    /// <summary>The bytes of a section; empty when there is none of that name.</summary>
    internal static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> elf, ReadOnlySpan<byte> name)
    {
        // e_ident: magic, ELFCLASS64, ELFDATA2LSB.
        if (elf.Length < HeaderSize || !elf.StartsWith("\x7f\x45\x4c\x46\x02\x01"u8))
            return default;
        var table = BinaryPrimitives.ReadUInt64LittleEndian(elf[0x28..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(elf[0x3c..]);
        int nameTable = BinaryPrimitives.ReadUInt16LittleEndian(elf[0x3e..]);
        if (table > (ulong)elf.Length || (ulong)count * EntrySize > (ulong)elf.Length - table || nameTable >= count)
            return default;

        var entries = elf.Slice((int)table, count * EntrySize);
        var names = Bytes(elf, entries, nameTable);
        for (var i = 0; i < count; i++)
        {
            var at = BinaryPrimitives.ReadUInt32LittleEndian(entries[(i * EntrySize)..]);
            if (at >= (uint)names.Length)
                continue;
            var here = names[(int)at..];
            if (here.Length > name.Length && here.StartsWith(name) && here[name.Length] == 0)
                return Bytes(elf, entries, i);
        }

        return default;
    }

    private static ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> elf, ReadOnlySpan<byte> entries, int section)
    {
        const uint NoBits = 8; // SHT_NOBITS: takes no room in the file.
        var entry = entries.Slice(section * EntrySize, EntrySize);
        var offset = BinaryPrimitives.ReadUInt64LittleEndian(entry[0x18..]);
        var size = BinaryPrimitives.ReadUInt64LittleEndian(entry[0x20..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]) == NoBits
            || offset > (ulong)elf.Length || size > (ulong)elf.Length - offset
            ? default
            : elf.Slice((int)offset, (int)size);
    }
}
