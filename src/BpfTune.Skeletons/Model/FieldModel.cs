namespace BpfTune.Skeletons.Model;

/// <summary>A plain member.</summary>
/// <param name="Name">Not escaped.</param>
/// <param name="Type">As written in C#.</param>
/// <param name="Offset">Bytes from the start of the struct.</param>
internal sealed record FieldModel(string Name, string Type, int Offset);
