namespace BpfTune.LibBpf;

/// <summary>Choices at the opening of an object. None needs to be made.</summary>
public sealed record BpfObjectOptions
{
    /// <summary>Where maps that ask for pinning by name are pinned; libbpf's own default is /sys/fs/bpf.</summary>
    public string? PinRootPath { get; init; }

    /// <summary>A BTF file that CO-RE relocations use in place of the kernel's own.</summary>
    public string? CustomBtfPath { get; init; }
}
