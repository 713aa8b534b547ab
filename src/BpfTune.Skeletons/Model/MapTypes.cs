namespace BpfTune.Skeletons.Model;

/// <summary>The kernel's map types: enum bpf_map_type of include/uapi/linux/bpf.h.</summary>
internal static class MapTypes
{
    // In the order of the enum, which is ABI.
    private static readonly string[] Names =
    [
        "unspec", "hash", "array", "prog_array", "perf_event_array", "percpu_hash", "percpu_array", "stack_trace", "cgroup_array",
        "lru_hash", "lru_percpu_hash", "lpm_trie", "array_of_maps", "hash_of_maps", "devmap", "sockmap", "cpumap", "xskmap", "sockhash",
        "cgroup_storage", "reuseport_sockarray", "percpu_cgroup_storage", "queue", "stack", "sk_storage", "devmap_hash", "struct_ops",
        "ringbuf", "inode_storage", "task_storage", "bloom_filter", "user_ringbuf", "cgrp_storage", "arena", "insn_array",
    ];

    /// <summary>The name, or <c>type N</c> for one newer than this list.</summary>
    public static string Name(long type) => type > 0 && type < Names.Length ? Names[type] : $"type {type}";

    /// <summary>
    /// Only where user space and the BPF program see the same key and value: not where one side sees a descriptor and the other an id or
    /// a pointer.
    /// </summary>
    public static MapShape Shape(long type) => Name(type) switch
    {
        "hash" or "array" or "lru_hash" or "lpm_trie" => MapShape.Typed,
        "percpu_hash" or "percpu_array" or "lru_percpu_hash" => MapShape.PerCpu,
        _ => MapShape.Untyped,
    };
}
