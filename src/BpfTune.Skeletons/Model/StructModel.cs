namespace BpfTune.Skeletons.Model;

/// <summary>A struct or union.</summary>
internal sealed record StructModel
{
    /// <summary>Not escaped.</summary>
    public required string Name { get; init; }

    /// <summary>As C names it.</summary>
    public required string Description { get; init; }

    /// <summary>Bytes.</summary>
    public required int Size { get; init; }

    public required IReadOnlyList<FieldModel> Fields { get; init; }

    public required IReadOnlyList<BitFieldModel> BitFields { get; init; }

    public required IReadOnlyList<FlexibleArrayModel> FlexibleArrays { get; init; }
}
