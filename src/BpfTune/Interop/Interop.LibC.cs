using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BpfTune;

internal static partial class Interop
{
    internal const int LockShared = 1;
    internal const int LockExclusive = 2;
    internal const int LockNoWait = 4;
    internal const int OpenReadOnly = 0;
    internal const int OpenReadWrite = 2;
    internal const int OpenCreate = 0x40;
    internal const int OpenCloseOnExec = 0x80000;

    private const int AtEmptyPath = 0x1000;
    private const uint StatxIno = 0x100;

    /// <summary>Device and inode of an open descriptor, as stat(2) has them; null when it is not open.</summary>
    internal static (ulong Device, ulong Inode)? Identity(int fd)
    {
        // struct statx is alike on all architectures; struct stat is not.
        Span<byte> buffer = stackalloc byte[256];
        if (Statx(fd, "", AtEmptyPath, StatxIno, buffer) < 0)
            return null;
        var major = MemoryMarshal.Read<uint>(buffer[0x88..]);
        var minor = MemoryMarshal.Read<uint>(buffer[0x8c..]);
        return (MakeDevice(major, minor), MemoryMarshal.Read<ulong>(buffer[0x20..]));
    }

    /// <summary>makedev(3): how dev_t packs its two numbers.</summary>
    internal static ulong MakeDevice(ulong major, ulong minor) =>
        (minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~0xffUL) << 12) | ((major & ~0xfffUL) << 32);

    internal const short PollOut = 4;

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollDescriptor
    {
        internal int Descriptor;
        internal short Events;
        internal short Returned;
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static partial nint Write(int fd, ReadOnlySpan<byte> buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    internal static partial int Poll(ref PollDescriptor descriptors, nuint count, int milliseconds);

    /// <summary>_exit(2): without a word to the threads.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    internal static partial void EndNow(int code);

    [LibraryImport("libc", EntryPoint = "isatty")]
    internal static partial int IsTerminal(int fd);

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    internal static partial int NewSession();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags, uint mode);

    /// <summary>dup3(2): <paramref name="to"/> becomes a duplicate of <paramref name="from"/>.</summary>
    [LibraryImport("libc", EntryPoint = "dup3", SetLastError = true)]
    internal static partial int Duplicate(int from, int to, int flags);

    /// <summary>flock(2): held until the descriptor is closed, by a killed process too.</summary>
    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    internal static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, Span<byte> buffer);
}
