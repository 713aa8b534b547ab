using System.Text;

namespace BpfTune.Live.Tests.Hooks;

/// <summary>Well-formed BTF of a kernel that is not this one: structures without members, tracepoints of other ids.</summary>
internal static class WrongBtf
{
    private const uint Struct = 4u << 24, Typedef = 8u << 24;

    internal static byte[] Bytes(string[] structures, string[] tracepoints)
    {
        using var types = new MemoryStream();
        using var strings = new MemoryStream();
        using var words = new BinaryWriter(types);
        strings.WriteByte(0);
        foreach (var name in structures)
            Add(name, Struct, 8);
        foreach (var name in tracepoints)
            Add("btf_trace_" + name, Typedef, 1);

        using var all = new MemoryStream();
        using var header = new BinaryWriter(all);
        header.Write(0x0001_eb9fu);
        foreach (var word in (long[])[24, 0, types.Length, types.Length, strings.Length])
            header.Write((uint)word);
        header.Write(types.ToArray());
        header.Write(strings.ToArray());
        return all.ToArray();

        void Add(string name, uint info, uint sizeOrType)
        {
            words.Write((uint)strings.Length);
            words.Write(info);
            words.Write(sizeOrType);
            strings.Write(Encoding.ASCII.GetBytes(name));
            strings.WriteByte(0);
        }
    }
}
