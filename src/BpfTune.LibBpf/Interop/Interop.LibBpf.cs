using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>
/// libbpf's own functions over objects, programs and maps. All are part of libbpf 1.0; pointers to libbpf structs are
/// opaque. From 1.0 on a function that returns an int returns -errno, one that returns a pointer sets errno.
/// </summary>
internal static unsafe partial class Interop
{
    internal const string LibBpf = "libbpf.so.1";

    [LibraryImport(LibBpf)]
    internal static partial uint libbpf_major_version();

    [LibraryImport(LibBpf)]
    internal static partial uint libbpf_minor_version();

    [LibraryImport(LibBpf)]
    internal static partial byte* libbpf_version_string();

    [LibraryImport(LibBpf)]
    internal static partial nint libbpf_set_print(delegate* unmanaged[Cdecl]<int, byte*, nint, int> print);

    [LibraryImport(LibBpf)]
    internal static partial int libbpf_num_possible_cpus();

    [LibraryImport(LibBpf, SetLastError = true)]
    internal static partial nint bpf_object__open_mem(void* buffer, nuint size, BpfObjectOpenOpts* options);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_object__load(SafeBpfObjectHandle obj);

    [LibraryImport(LibBpf)]
    internal static partial void bpf_object__close(nint obj);

    [LibraryImport(LibBpf)]
    internal static partial nint bpf_object__btf(SafeBpfObjectHandle obj);

    [LibraryImport(LibBpf)]
    internal static partial nint bpf_object__next_program(SafeBpfObjectHandle obj, nint previous);

    [LibraryImport(LibBpf)]
    internal static partial nint bpf_object__next_map(SafeBpfObjectHandle obj, nint previous);

    [LibraryImport(LibBpf, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint bpf_object__find_map_by_name(SafeBpfObjectHandle obj, string name);

    [LibraryImport(LibBpf)]
    internal static partial byte* bpf_program__name(nint program);

    [LibraryImport(LibBpf)]
    internal static partial byte* bpf_program__section_name(nint program);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_program__type(nint program);

    [LibraryImport(LibBpf)]
    internal static partial byte bpf_program__autoload(nint program);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_program__set_autoload(nint program, [MarshalAs(UnmanagedType.U1)] bool autoload);

    [LibraryImport(LibBpf, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int bpf_program__set_attach_target(nint program, int attachProgramFd, string function);

    [LibraryImport(LibBpf)]
    internal static partial nuint bpf_program__insn_cnt(nint program);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_program__fd(nint program);

    [LibraryImport(LibBpf)]
    internal static partial byte* bpf_map__name(nint map);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_map__type(nint map);

    [LibraryImport(LibBpf)]
    internal static partial uint bpf_map__key_size(nint map);

    [LibraryImport(LibBpf)]
    internal static partial uint bpf_map__value_size(nint map);

    [LibraryImport(LibBpf)]
    internal static partial uint bpf_map__max_entries(nint map);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_map__set_max_entries(nint map, uint maxEntries);

    [LibraryImport(LibBpf)]
    internal static partial uint bpf_map__map_flags(nint map);

    [LibraryImport(LibBpf)]
    internal static partial byte bpf_map__autocreate(nint map);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_map__set_autocreate(nint map, [MarshalAs(UnmanagedType.U1)] bool autocreate);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_map__reuse_fd(nint map, SafeBpfHandle fd);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_map__fd(nint map);

    [LibraryImport(LibBpf)]
    internal static partial byte bpf_map__is_internal(nint map);

    [LibraryImport(LibBpf)]
    internal static partial byte* bpf_map__initial_value(nint map, nuint* size);

    [LibraryImport(LibBpf)]
    internal static partial byte* bpf_map__pin_path(nint map);

    [LibraryImport(LibBpf, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int bpf_map__set_pin_path(nint map, string? path);

    [LibraryImport(LibBpf)]
    internal static partial uint btf__type_cnt(nint btf);

    [LibraryImport(LibBpf)]
    internal static partial BtfType* btf__type_by_id(nint btf, uint id);

    [LibraryImport(LibBpf)]
    internal static partial byte* btf__name_by_offset(nint btf, uint offset);
}
