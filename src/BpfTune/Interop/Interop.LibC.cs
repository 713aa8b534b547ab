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
    internal const int OpenNoTerminal = 0x100;
    internal const int OpenNonBlocking = 0x800;
    internal const int OpenCloseOnExec = 0x80000;
    internal const int OpenPathOnly = 0x200000;

    internal const int NotFound = 2; // ENOENT
    internal const int AccessDenied = 13; // EACCES
    internal const int NotADirectory = 20; // ENOTDIR

    internal const int KindRegular = 0x8000; // S_IFREG

    private const int AtEmptyPath = 0x1000;
    private const uint StatxBasic = 0x7ff;
    private const int KindMask = 0xf000; // S_IFMT

    /// <summary>arm64 exchanged this flag with another (asm/fcntl.h).</summary>
    internal static int OpenNoFollow =>
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    /// <summary>Device and inode of an open descriptor, as stat(2) has them; null when it is not open.</summary>
    internal static (ulong Device, ulong Inode)? Identity(int fd)
    {
        Span<byte> buffer = stackalloc byte[StatxSize];
        if (Statx(fd, "", AtEmptyPath, StatxBasic, buffer) < 0)
            return null;
        var major = MemoryMarshal.Read<uint>(buffer[0x88..]);
        var minor = MemoryMarshal.Read<uint>(buffer[0x8c..]);
        return (MakeDevice(major, minor), MemoryMarshal.Read<ulong>(buffer[0x20..]));
    }

    /// <summary>What an open descriptor is, S_IFMT of its mode; null when it is not open.</summary>
    internal static int? Kind(int fd)
    {
        Span<byte> buffer = stackalloc byte[StatxSize];
        return Statx(fd, "", AtEmptyPath, StatxBasic, buffer) < 0 ? null : MemoryMarshal.Read<ushort>(buffer[0x1c..]) & KindMask;
    }

    /// <summary>Who owns an open file, and by how many names it is known; null when it is not open.</summary>
    internal static (uint Owner, uint Links)? Ownership(SafeFileHandle file)
    {
        Span<byte> buffer = stackalloc byte[StatxSize];
        return Statx((int)file.DangerousGetHandle(), "", AtEmptyPath, StatxBasic, buffer) < 0
            ? null
            : (MemoryMarshal.Read<uint>(buffer[0x14..]), MemoryMarshal.Read<uint>(buffer[0x10..]));
    }

    /// <summary>makedev(3): how dev_t packs its two numbers.</summary>
    internal static ulong MakeDevice(ulong major, ulong minor) =>
        (minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~0xffUL) << 12) | ((major & ~0xfffUL) << 32);

    // struct statx is alike on all architectures; struct stat is not.
    private const int StatxSize = 256;

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

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    internal static partial int SetMode(SafeFileHandle file, uint mode);

    [LibraryImport("libc", EntryPoint = "umask")]
    internal static partial uint SetCreationMask(uint mask);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    internal static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, Span<byte> buffer);
}
