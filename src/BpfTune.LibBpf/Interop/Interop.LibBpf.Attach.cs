using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.LibBpf;

internal static unsafe partial class Interop
{
    [LibraryImport(LibBpf, SetLastError = true)]
    internal static partial nint bpf_program__attach(nint program);

    [LibraryImport(LibBpf, SetLastError = true)]
    internal static partial nint bpf_program__attach_cgroup(nint program, SafeFileHandle cgroup);

    [LibraryImport(LibBpf, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint bpf_program__attach_raw_tracepoint(nint program, string tracepoint);

    [LibraryImport(LibBpf, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint bpf_program__attach_tracepoint(nint program, string category, string name);

    [LibraryImport(LibBpf, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint bpf_program__attach_kprobe_opts(nint program, string function, BpfKprobeOpts* options);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_link__fd(SafeBpfLinkHandle link);

    [LibraryImport(LibBpf)]
    internal static partial int bpf_link__destroy(nint link);
}
