namespace BpfTune.LibBpf;

/// <summary>Where a global variable of an object lies.</summary>
/// <param name="Name">Its name in C.</param>
/// <param name="Section">Its ELF section: .rodata, .data, .bss or one of these with a suffix.</param>
/// <param name="Offset">Its place in that section, in bytes.</param>
/// <param name="Size">Its size in bytes.</param>
public sealed record BpfVariable(string Name, string Section, int Offset, int Size)
{
    /// <summary>Whether it is constant once the object is loaded.</summary>
    public bool IsReadOnly => Section.StartsWith(".rodata", StringComparison.Ordinal);
}
