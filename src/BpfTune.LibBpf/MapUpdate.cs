namespace BpfTune.LibBpf;

/// <summary>What an update of a map expects: BPF_ANY, BPF_NOEXIST, BPF_EXIST of linux/bpf.h.</summary>
public enum MapUpdate
{
    /// <summary>Creates the entry or replaces it.</summary>
    Any = 0,

    /// <summary>Creates the entry; an existing one is an error (EEXIST).</summary>
    NoExist = 1,

    /// <summary>Replaces the entry; a missing one is an error (ENOENT).</summary>
    Exist = 2,
}
