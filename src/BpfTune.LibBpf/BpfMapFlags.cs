namespace BpfTune.LibBpf;

/// <summary>Flags of a map at its creation: BPF_F_* of linux/bpf.h.</summary>
[Flags]
public enum BpfMapFlags : uint
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>Entries of a hash are allocated when they are made, not all at once.</summary>
    NoPreallocate = 1 << 0,

    /// <summary>A least-recently-used list per CPU in place of a common one.</summary>
    NoCommonLru = 1 << 1,

    /// <summary>Memory of one NUMA node.</summary>
    NumaNode = 1 << 2,

    /// <summary>User space may only read.</summary>
    ReadOnly = 1 << 3,

    /// <summary>User space may only write.</summary>
    WriteOnly = 1 << 4,

    /// <summary>Programs may only read.</summary>
    ReadOnlyProgram = 1 << 7,

    /// <summary>Programs may only write.</summary>
    WriteOnlyProgram = 1 << 8,

    /// <summary>The values of an array can be mapped into user space.</summary>
    MemoryMappable = 1 << 10,
}
