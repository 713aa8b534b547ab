using System.Text.Json.Nodes;
using BpfTune.Skeletons.Btf;

namespace BpfTune.Skeletons.Tests.Support;

/// <summary>What <c>bpftool btf dump -j</c> says, read without any of the tool's own code.</summary>
internal sealed class BtfDump
{
    private readonly Dictionary<int, JsonNode> _types;

    private BtfDump(IEnumerable<JsonNode> types) => _types = types.ToDictionary(type => (int)type["id"]!);

    public static BtfDump Of(string objectPath)
    {
        return new BtfDump(JsonNode.Parse(Clang.Run(Bpftool.Find(), "btf", "dump", "-j", "file", objectPath))!["types"]!.AsArray().Select(type => type!));
    }

    public static string Kind(JsonNode type) => (string)type["kind"]!;

    public static bool IsAggregate(JsonNode type) => Kind(type) is "STRUCT" or "UNION";

    /// <summary>The struct, union or enum of that name.</summary>
    public JsonNode Tag(string name) => _types.Values.Single(type => Kind(type) is "STRUCT" or "UNION" or "ENUM" or "ENUM64" && (string)type["name"]! == name);

    /// <summary>The type behind typedefs and qualifiers.</summary>
    public JsonNode Resolve(JsonNode reference)
    {
        JsonNode type = _types[(int)reference["type_id"]!];
        return Kind(type) is "TYPEDEF" or "CONST" or "VOLATILE" or "RESTRICT" or "TYPE_TAG" ? Resolve(type) : type;
    }

    /// <summary>Bytes.</summary>
    public int Size(JsonNode type) => Kind(type) switch
    {
        "PTR" => 8,
        "ARRAY" => (int)type["nr_elems"]! * Size(Resolve(type)),
        _ => (int)type["size"]!,
    };
}
