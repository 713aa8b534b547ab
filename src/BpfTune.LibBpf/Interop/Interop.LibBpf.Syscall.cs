using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>libbpf's thin wrappers of bpf(2). Each returns a descriptor, 0 or -errno.</summary>
internal static unsafe partial class Interop
{
    [LibraryImport(LibBpf, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int bpf_map_create(
        int type, string? name, uint keySize, uint valueSize, uint maxEntries, BpfMapCreateOpts* options);

    [LibraryImport(LibBpf, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int bpf_prog_load(
        int type, string? name, string license, ulong* instructions, nuint count, BpfProgLoadOpts* options);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_map_lookup_elem_flags(SafeBpfHandle map, byte* key, byte* value, ulong flags);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_map_lookup_and_delete_elem(SafeBpfHandle map, byte* key, byte* value);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_map_update_elem(SafeBpfHandle map, byte* key, byte* value, ulong flags);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_map_delete_elem(SafeBpfHandle map, byte* key);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_map_get_next_key(SafeBpfHandle map, byte* key, byte* nextKey);

    [LibraryImport(LibBpf, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int bpf_obj_pin(SafeBpfHandle fd, string path);

    [LibraryImport(LibBpf, EntryPoint = "bpf_obj_pin", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int bpf_obj_pin_raw(int fd, string path);

    [LibraryImport(LibBpf, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int bpf_obj_get(string path);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_obj_get_info_by_fd(int fd, void* info, uint* size);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_prog_get_next_id(uint start, uint* next);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_map_get_next_id(uint start, uint* next);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_link_get_next_id(uint start, uint* next);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_prog_get_fd_by_id(uint id);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_map_get_fd_by_id(uint id);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_link_get_fd_by_id(uint id);

    [LibraryImport(LibBpf, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int bpf_raw_tracepoint_open(string? name, int programFd);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_link_create(int programFd, int targetFd, int attachType, void* options);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_prog_test_run_opts(SafeBpfHandle program, BpfTestRunOpts* options);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_prog_query(int target, int attachType, uint queryFlags, uint* attachFlags, uint* programIds, uint* programCount);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_enable_stats(int type);
}
