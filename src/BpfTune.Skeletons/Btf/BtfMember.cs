namespace BpfTune.Skeletons.Btf;

/// <summary>A member of a struct or union.</summary>
/// <param name="Name">Null for an anonymous struct or union.</param>
/// <param name="TypeId">Its type.</param>
/// <param name="BitOffset">Where it starts, in bits.</param>
/// <param name="BitWidth">The width of a bit-field in bits; 0: it is none.</param>
internal readonly record struct BtfMember(string? Name, int TypeId, int BitOffset, int BitWidth);
