namespace BpfTune.Skeletons.Model;

/// <summary>A BPF program.</summary>
/// <param name="CName">To libbpf.</param>
/// <param name="Name">In C#, not escaped.</param>
/// <param name="Section">What it attaches to.</param>
internal sealed record ProgramModel(string CName, string Name, string Section);
