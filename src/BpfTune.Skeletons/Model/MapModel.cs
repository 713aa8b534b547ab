namespace BpfTune.Skeletons.Model;

/// <summary>A BPF map.</summary>
internal sealed record MapModel
{
    /// <summary>To libbpf.</summary>
    public required string CName { get; init; }

    /// <summary>In C#, not escaped.</summary>
    public required string Name { get; init; }

    /// <summary>As bpftool writes the type: <c>lru_hash</c>.</summary>
    public required string TypeName { get; init; }

    public required MapShape Shape { get; init; }

    /// <summary>C# types of key and value; empty when untyped.</summary>
    public string Key { get; init; } = "";

    /// <inheritdoc cref="Key"/>
    public string Value { get; init; } = "";
}
