using System.Buffers.Binary;
using System.Text;

namespace BpfTune.LibBpf.Tests;

/// <summary>Writes an object file with .BTF and .BTF.ext sections and nothing else: what CO-RE's reader looks at.</summary>
internal static class ElfBuilder
{
    /// <param name="btf">The object's types.</param>
    /// <param name="relocations">Type id and kind of each CO-RE relocation.</param>
    internal static byte[] Object(byte[] btf, params (int Type, int Kind)[] relocations) => File(
        (".BTF", btf), (".BTF.ext", Extension(16, relocations)));

    internal static byte[] Extension(int recordSize, params (int Type, int Kind)[] relocations)
    {
        // struct btf_ext_header, one struct btf_ext_info_sec and its records behind the record size.
        var length = 4 + 8 + (relocations.Length * recordSize);
        var all = new byte[32 + length];
        Put(all, 0, 0x0001_eb9f);
        Put(all, 4, 32);
        Put(all, 24, 0);
        Put(all, 28, (uint)length);
        Put(all, 32, (uint)recordSize);
        Put(all, 40, (uint)relocations.Length);
        for (var i = 0; i < relocations.Length; i++)
        {
            Put(all, 44 + (i * recordSize) + 4, (uint)relocations[i].Type);
            Put(all, 44 + (i * recordSize) + 12, (uint)relocations[i].Kind);
        }

        return all;
    }

    internal static byte[] File(params (string Name, byte[] Bytes)[] sections)
    {
        var names = new List<byte>();
        var offsets = new List<int>();
        foreach (var name in sections.Select(s => s.Name).Append(".shstrtab"))
        {
            offsets.Add(names.Count);
            names.AddRange([.. Encoding.ASCII.GetBytes(name), 0]);
        }

        var content = sections.Select(s => s.Bytes).Append([.. names]).ToArray();
        var table = 64 + content.Sum(c => c.Length);
        var all = new byte[table + (content.Length * 64)];
        "\x7f\x45\x4c\x46\x02\x01\x01"u8.CopyTo(all);
        BinaryPrimitives.WriteUInt64LittleEndian(all.AsSpan(0x28), (ulong)table);
        BinaryPrimitives.WriteUInt16LittleEndian(all.AsSpan(0x3c), (ushort)content.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(all.AsSpan(0x3e), (ushort)(content.Length - 1));
        var at = 64;
        for (var i = 0; i < content.Length; i++)
        {
            var entry = all.AsSpan(table + (i * 64));
            BinaryPrimitives.WriteUInt32LittleEndian(entry, (uint)offsets[i]);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], 1); // SHT_PROGBITS
            BinaryPrimitives.WriteUInt64LittleEndian(entry[0x18..], (ulong)at);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[0x20..], (ulong)content[i].Length);
            content[i].CopyTo(all, at);
            at += content[i].Length;
        }

        return all;
    }

    internal static void Put(byte[] bytes, int at, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), value);
}
