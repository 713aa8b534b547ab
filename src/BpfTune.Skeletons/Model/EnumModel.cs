namespace BpfTune.Skeletons.Model;

/// <summary>An enum.</summary>
/// <param name="Name">Not escaped.</param>
/// <param name="Description">As C names it.</param>
/// <param name="Underlying">The C# integer.</param>
/// <param name="Members">Names, not escaped, and values as literals.</param>
internal sealed record EnumModel(string Name, string Description, string Underlying, IReadOnlyList<(string Name, string Value)> Members);
