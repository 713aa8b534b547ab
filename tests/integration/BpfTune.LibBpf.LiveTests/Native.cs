using System.Runtime.InteropServices;

namespace BpfTune.LibBpf.LiveTests;

/// <summary>Functions of libbpf that only the tests need: its own answers, to compare with.</summary>
internal static unsafe partial class Native
{
    private const string LibBpf = "libbpf.so.1";

    [LibraryImport(LibBpf)]
    internal static partial nint btf__load_vmlinux_btf();

    [LibraryImport(LibBpf)]
    internal static partial void btf__free(nint btf);

    [LibraryImport(LibBpf, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int btf__find_by_name_kind(nint btf, string name, uint kind);

    [LibraryImport(LibBpf)]
    internal static partial uint btf__type_cnt(nint btf);

    [LibraryImport(LibBpf)]
    internal static partial ulong* bpf_program__insns(nint program);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_prog_attach(int program, int target, int attachType, uint flags);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_prog_detach2(int program, int target, int attachType);
}
