namespace BpfTune.Skeletons.Elf;

/// <summary>A section of an ELF file.</summary>
/// <param name="Name">The name, as <c>.maps</c> or <c>tp_btf/tcp_rcv_space_adjust</c>.</param>
/// <param name="IsExecutable">Whether it holds instructions: a program, or <c>.text</c>.</param>
internal readonly record struct ElfSection(string Name, bool IsExecutable);
