namespace BpfTune.Skeletons.Model;

/// <summary>An array without a length: what follows the struct in a record.</summary>
/// <param name="Name">Not escaped.</param>
/// <param name="ElementType">As written in C#.</param>
/// <param name="Offset">Bytes from the start of the struct.</param>
internal sealed record FlexibleArrayModel(string Name, string ElementType, int Offset);
