namespace BpfTune.Skeletons.Model;

/// <summary>A global variable.</summary>
/// <param name="CName">To libbpf.</param>
/// <param name="Name">In C#, not escaped.</param>
/// <param name="Type">As written in C#.</param>
/// <param name="Group">The section.</param>
internal sealed record VariableModel(string CName, string Name, string Type, VariableGroup Group);
