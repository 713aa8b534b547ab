namespace BpfTune.Skeletons;

/// <summary>The codes of the errors that the tool prints; they are stable, so that they can be looked up.</summary>
internal static class ErrorCode
{
    /// <summary>The command line is wrong.</summary>
    public const string Usage = "BTS001";

    /// <summary>The object is not a little-endian 64-bit BPF ELF file, or is damaged.</summary>
    public const string NotAnObject = "BTS002";

    /// <summary>The object carries no BTF.</summary>
    public const string NoBtf = "BTS003";

    /// <summary>bpftool is missing, failed, or printed something unexpected.</summary>
    public const string Bpftool = "BTS004";

    /// <summary>A program that libbpf would not load.</summary>
    public const string Program = "BTS005";

    /// <summary>A map definition that libbpf would not load, or that has no C# form.</summary>
    public const string Map = "BTS006";

    /// <summary>A type that has no C# form.</summary>
    public const string Type = "BTS007";

    /// <summary>A name that C# cannot say, or that two types claim.</summary>
    public const string Name = "BTS008";

    /// <summary>A file cannot be read or written.</summary>
    public const string File = "BTS009";
}
