using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>
/// The mount calls of kernel 5.2, by number: glibc has them only since 2.36. The numbers are the same everywhere.
/// </summary>
internal static unsafe partial class Interop
{
    internal const nint FsOpenNumber = 430;
    internal const nint FsConfigNumber = 431;
    internal const nint FsMountNumber = 432;
    internal const nint FsOpenCloseOnExec = 1;
    internal const nint FsConfigCreate = 6;
    internal const nint FsMountCloseOnExec = 1;

    [LibraryImport(LibC, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint fsopen(nint number, byte* type, nint flags);

    [LibraryImport(LibC, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint fsconfig(nint number, nint context, nint command, nint key, nint value, nint extra);

    [LibraryImport(LibC, EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint fsmount(nint number, nint context, nint flags, nint attributes);

    [LibraryImport(LibC, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int openat(int directory, string path, int flags);

    [LibraryImport(LibC, SetLastError = true)]
    internal static partial nint read(int fd, byte* buffer, nuint count);
}
