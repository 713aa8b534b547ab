using System.Globalization;
using System.Text;

namespace BpfTune.LibBpf.Tests;

/// <summary>BTF in words, one line for a type: 'struct net (8): count@0 #2, ns@32 #5'.</summary>
internal static unsafe class BtfText
{
    internal static string[] Lines(byte[] btf)
    {
        using var data = BtfData.Copy(btf, "text");
        return [.. Enumerable.Range(data.FirstId, data.EndId - data.FirstId).Select(id => Line(data, id))];
    }

    private static string Line(BtfData data, int id)
    {
        var type = data.Type(id);
        var tail = (uint*)(type + 1);
        var name = Name(data, type->NameOffset);
        return type->Kind switch
        {
            BtfKind.Struct or BtfKind.Union => Text($"{Kind(type)} {name} ({type->SizeOrType}): {Members(data, type, tail)}"),
            BtfKind.Enum => Text($"enum {name} ({type->SizeOrType}): {Values(data, type, tail, 2)}"),
            BtfKind.Enum64 => Text($"enum64 {name} ({type->SizeOrType}): {Values(data, type, tail, 3)}"),
            BtfKind.Array => Text($"array {tail[2]} of #{tail[0]} by #{tail[1]}"),
            BtfKind.Int => Text($"int {name} ({type->SizeOrType}) {tail[0]:x}"),
            BtfKind.Forward => Text($"forward {name}"),
            _ => Text($"{Kind(type)} {name} #{type->SizeOrType}"),
        };
    }

    private static string Members(BtfData data, Interop.BtfType* type, uint* entry)
    {
        var members = new List<string>();
        for (var i = 0; i < type->Count; i++, entry += 3)
            members.Add(Text($"{Name(data, entry[0])}@{entry[2]:x} #{entry[1]}"));
        return string.Join(", ", members);
    }

    private static string Values(BtfData data, Interop.BtfType* type, uint* entry, int words)
    {
        var values = new List<string>();
        for (var i = 0; i < type->Count; i++, entry += words)
            values.Add(Text($"{Name(data, entry[0])}={(words == 3 ? entry[1] | ((ulong)entry[2] << 32) : entry[1])}"));
        return string.Join(", ", values);
    }

    private static string Kind(Interop.BtfType* type) => type->Kind.ToString().ToLowerInvariant();

    private static string Name(BtfData data, uint offset) => Encoding.UTF8.GetString(data.Name(offset));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture).TrimEnd();
}
