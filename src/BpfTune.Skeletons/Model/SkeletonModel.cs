namespace BpfTune.Skeletons.Model;

/// <summary>All that a skeleton says about an object.</summary>
internal sealed record SkeletonModel
{
    public required IReadOnlyList<ProgramModel> Programs { get; init; }

    public required IReadOnlyList<MapModel> Maps { get; init; }

    public required IReadOnlyList<VariableModel> Variables { get; init; }

    public required IReadOnlyList<StructModel> Structs { get; init; }

    public required IReadOnlyList<EnumModel> Enums { get; init; }

    public required IReadOnlyList<ArrayModel> Arrays { get; init; }
}
