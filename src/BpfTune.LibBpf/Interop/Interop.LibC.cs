using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

internal static unsafe partial class Interop
{
    private const string LibC = "libc";

    internal const int OpenReadOnly = 0;
    internal const int OpenWriteOnly = 1;
    internal const int OpenAppend = 0x400;
    internal const int OpenCloseOnExec = 0x80000;
    internal const int ProtectionRead = 1;
    internal const int ProtectionWrite = 2;
    internal const int MapShared = 1;
    internal const int MapPrivate = 2;
    internal const uint MemfdCloseOnExec = 1;
    internal const int DuplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC

    /// <summary>O_DIRECTORY is one of the few flags that differ between x86 and ARM.</summary>
    internal static int OpenDirectory =>
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x4000 : 0x10000;

    [LibraryImport(LibC)]
    internal static partial int close(int fd);

    [LibraryImport(LibC, SetLastError = true)]
    internal static partial int fcntl(int fd, int command, int argument);

    [LibraryImport(LibC, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int open(string path, int flags);

    [LibraryImport(LibC, SetLastError = true)]
    internal static partial nint write(int fd, byte* buffer, nuint count);

    [LibraryImport(LibC, SetLastError = true)]
    internal static partial int ioctl(int fd, nuint request, nint argument);

    [LibraryImport(LibC, SetLastError = true)]
    internal static partial nint syscall(nint number, void* attributes, nint pid, nint cpu, nint groupFd, nint flags);

    [LibraryImport(LibC, SetLastError = true)]
    internal static partial nint mmap(nint address, nuint length, int protection, int flags, int fd, nint offset);

    /// <summary>glibc 2.27 and musl 1.1.20 on.</summary>
    [LibraryImport(LibC, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int memfd_create(string name, uint flags);

    [LibraryImport(LibC)]
    internal static partial int munmap(nint address, nuint length);

    /// <summary>
    /// A va_list reaches a callback as one pointer-sized argument on x86-64 (array type) and on arm64 (a struct of
    /// 32 bytes, passed by reference), so it can be handed on as an nint.
    /// </summary>
    [LibraryImport(LibC)]
    internal static partial int vasprintf(byte** result, byte* format, nint arguments);

    [LibraryImport(LibC)]
    internal static partial void free(void* memory);
}
