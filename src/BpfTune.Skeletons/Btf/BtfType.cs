namespace BpfTune.Skeletons.Btf;

/// <summary>One BTF type; which of the properties mean something depends on its kind.</summary>
internal sealed record BtfType
{
    /// <summary>What a type id of 0 refers to.</summary>
    public static BtfType Void { get; } = new() { Id = 0, Kind = BtfKind.Void };

    public required int Id { get; init; }

    public required BtfKind Kind { get; init; }

    /// <summary>Null when anonymous.</summary>
    public string? Name { get; init; }

    /// <summary>Bytes.</summary>
    public int Size { get; init; }

    /// <summary>The type pointed to, qualified, named, or an array's element.</summary>
    public int TypeId { get; init; }

    /// <summary>How many elements an array has.</summary>
    public long Elements { get; init; }

    /// <summary>An integer's width in bits.</summary>
    public int Bits { get; init; }

    /// <summary>Of an integer or enum: SIGNED, UNSIGNED, BOOL, CHAR or (none).</summary>
    public string Encoding { get; init; } = "(none)";

    /// <summary>Of a variable: static, global or extern.</summary>
    public string Linkage { get; init; } = "static";

    public IReadOnlyList<BtfMember> Members { get; init; } = [];

    public IReadOnlyList<BtfEnumerator> Enumerators { get; init; } = [];

    /// <summary>Of a section: the ids of its variables.</summary>
    public IReadOnlyList<int> Variables { get; init; } = [];

    /// <summary>As C writes it, for messages.</summary>
    public string Describe() => Kind switch
    {
        BtfKind.Struct => $"struct {Name ?? "(anonymous)"}",
        BtfKind.Union => $"union {Name ?? "(anonymous)"}",
        BtfKind.Enum or BtfKind.Enum64 => $"enum {Name ?? "(anonymous)"}",
        BtfKind.Void => "void",
        _ => Name ?? Kind.ToString(),
    };
}
