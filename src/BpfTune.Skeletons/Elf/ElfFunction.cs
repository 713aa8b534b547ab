namespace BpfTune.Skeletons.Elf;

/// <summary>A function symbol.</summary>
/// <param name="Name">The name in C.</param>
/// <param name="Section">The index of its section.</param>
/// <param name="Offset">Where in the section it starts, in bytes.</param>
/// <param name="IsStatic">Whether it is local to its source file.</param>
internal readonly record struct ElfFunction(string Name, int Section, ulong Offset, bool IsStatic);
