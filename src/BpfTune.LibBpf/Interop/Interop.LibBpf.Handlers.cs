using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

internal static unsafe partial class Interop
{
    /// <summary>Since libbpf 0.8. Not thread-safe, and not to be called while another thread opens an object.</summary>
    [LibraryImport(LibBpf, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int libbpf_register_prog_handler(
        string section, int programType, int attachType, ProgHandlerOpts* options);

    [LibraryImport(LibBpf, SetLastError = true)]
    internal static partial nint bpf_program__attach_trace(nint program);

    [LibraryImport(LibBpf, EntryPoint = "bpf_program__set_attach_target")]
    internal static partial int bpf_program__set_attach_program(nint program, int attachProgramFd, nint function);

    /// <summary>libbpf_prog_handler_opts.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ProgHandlerOpts
    {
        internal nuint Size;
        internal nint Cookie;
        internal nint SetUp;
        internal delegate* unmanaged[Cdecl]<nint, BpfProgLoadOpts*, nint, int> PrepareLoad;
        internal nint Attach;
    }
}
