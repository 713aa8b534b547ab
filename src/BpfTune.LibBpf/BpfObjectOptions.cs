namespace BpfTune.LibBpf;

/// <summary>Choices at the opening of an object. None needs to be made.</summary>
public sealed record BpfObjectOptions
{
    /// <summary>Where maps that ask for pinning by name are pinned; libbpf's own default is /sys/fs/bpf.</summary>
    public string? PinRootPath { get; init; }

    /// <summary>A BTF file that CO-RE relocations use in place of the kernel's own.</summary>
    public string? CustomBtfPath { get; init; }

    /// <summary>
    /// The running kernel's BTF, when it is open already: it then answers CO-RE relocations and says what fentry, fexit
    /// and tp_btf programs are attached to, and libbpf need not read all of it again for this object. What it cannot
    /// answer is left to libbpf. It must stay open until the object is loaded.
    /// </summary>
    public KernelBtf? KernelBtf { get; init; }
}
