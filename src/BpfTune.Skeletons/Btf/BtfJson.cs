using System.Text.Json;

namespace BpfTune.Skeletons.Btf;

/// <summary>Reads the JSON of <c>bpftool btf dump -j</c>.</summary>
internal static class BtfJson
{
    /// <exception cref="JsonException">Not JSON.</exception>
    /// <exception cref="KeyNotFoundException">A property is missing.</exception>
    /// <exception cref="FormatException">A kind or number is unknown.</exception>
    public static BtfTypes Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        List<BtfType> types = [];
        foreach (JsonElement element in document.RootElement.GetProperty("types").EnumerateArray())
            types.Add(Read(element));
        return new BtfTypes(types);
    }

    private static BtfType Read(JsonElement element)
    {
        string kind = element.GetProperty("kind").GetString() ?? "";
        return new BtfType
        {
            Id = element.GetProperty("id").GetInt32(),
            Kind = Kind(kind),
            Name = Name(element),
            Size = Number(element, "size"),
            TypeId = Number(element, "type_id"),
            Elements = element.TryGetProperty("nr_elems", out JsonElement elements) ? elements.GetInt64() : 0,
            Bits = Number(element, "nr_bits"),
            Encoding = Text(element, "encoding", "(none)"),
            Linkage = Text(element, "linkage", "static"),
            Members = List(element, "members", Member),
            Enumerators = List(element, "values", Enumerator),
            Variables = List(element, "vars", variable => variable.GetProperty("type_id").GetInt32()),
        };
    }

    private static BtfKind Kind(string kind) => kind switch
    {
        "INT" => BtfKind.Int,
        "PTR" => BtfKind.Ptr,
        "ARRAY" => BtfKind.Array,
        "STRUCT" => BtfKind.Struct,
        "UNION" => BtfKind.Union,
        "ENUM" => BtfKind.Enum,
        "ENUM64" => BtfKind.Enum64,
        "FWD" => BtfKind.Fwd,
        "TYPEDEF" => BtfKind.Typedef,
        "VOLATILE" => BtfKind.Volatile,
        "CONST" => BtfKind.Const,
        "RESTRICT" => BtfKind.Restrict,
        "FUNC" => BtfKind.Func,
        "FUNC_PROTO" => BtfKind.FuncProto,
        "VAR" => BtfKind.Var,
        "DATASEC" => BtfKind.Datasec,
        "FLOAT" => BtfKind.Float,
        "DECL_TAG" => BtfKind.DeclTag,
        "TYPE_TAG" => BtfKind.TypeTag,
        _ => throw new FormatException($"unknown BTF kind '{kind}'"),
    };

    private static BtfMember Member(JsonElement member) =>
        new(Name(member), member.GetProperty("type_id").GetInt32(), member.GetProperty("bits_offset").GetInt32(), Number(member, "bitfield_size"));

    private static BtfEnumerator Enumerator(JsonElement value)
    {
        JsonElement number = value.GetProperty("val");
        ulong bits = number.TryGetUInt64(out ulong unsigned) ? unsigned : (ulong)number.GetInt64();
        return new BtfEnumerator(value.GetProperty("name").GetString() ?? "", bits);
    }

    private static string? Name(JsonElement element) => Text(element, "name", "(anon)") is var name && name is "(anon)" or "" ? null : name;

    private static string Text(JsonElement element, string property, string absent) =>
        element.TryGetProperty(property, out JsonElement value) ? value.GetString() ?? absent : absent;

    private static int Number(JsonElement element, string property) =>
        element.TryGetProperty(property, out JsonElement value) ? value.GetInt32() : 0;

    private static T[] List<T>(JsonElement element, string property, Func<JsonElement, T> read) =>
        element.TryGetProperty(property, out JsonElement list) ? [.. list.EnumerateArray().Select(read)] : [];
}
