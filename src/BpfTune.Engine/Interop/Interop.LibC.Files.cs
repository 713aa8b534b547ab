using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine;

internal static partial class Interop
{
    /// <summary>Files and directories by descriptor, so that what was checked is what is used.</summary>
    internal static unsafe partial class Files
    {
        internal const int CurrentDirectory = -100; // AT_FDCWD
        internal const int EmptyPath = 0x1000; // AT_EMPTY_PATH
        internal const int SymbolicLinkNoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
        internal const uint BasicStatistics = 0x7ff; // STATX_BASIC_STATS

        internal const int ReadOnly = 0;
        internal const int WriteOnly = 1;
        internal const int ReadWrite = 2;
        internal const int Create = 0x40;
        internal const int NonBlocking = 0x800;
        internal const int NoControllingTerminal = 0x100;
        internal const int CloseOnExec = 0x80000;
        internal const int PathOnly = 0x200000; // O_PATH

        internal const int NotADirectory = 20; // ENOTDIR

        internal const int TypeMask = 0xf000; // S_IFMT
        internal const int TypeDirectory = 0x4000;
        internal const int TypeRegular = 0x8000;
        internal const int TypeSymbolicLink = 0xa000;
        internal const int WritableByGroupOrOthers = 0x12; // 022

        internal const uint MemoryFileCloseOnExec = 1;
        internal const uint MemoryFileAllowSealing = 2;
        internal const uint MemoryFileNoExecSeal = 8; // since Linux 6.3
        internal const int DuplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC
        internal const int AddSeals = 1033; // F_ADD_SEALS
        internal const int SealEverything = 1 | 2 | 4 | 8; // further seals, shrink, grow, write

        /// <summary>arm64 exchanged two flags that all other architectures agree upon (asm/fcntl.h).</summary>
        private static readonly bool s_isArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

        internal static int Directory => s_isArm ? 0x4000 : 0x10000;

        internal static int NoFollow => s_isArm ? 0x8000 : 0x20000;

        [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int openat(int directory, string path, int flags, int mode);

        [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int openat(SafeFileHandle directory, string path, int flags, int mode);

        [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int statx(SafeFileHandle directory, string path, int flags, uint mask, out Statistics result);

        [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial nint readlinkat(SafeFileHandle directory, string path, byte* buffer, nuint size);

        [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int memfd_create(string name, uint flags);

        [LibraryImport("libc", SetLastError = true)]
        internal static partial int fcntl(SafeFileHandle file, int command, int argument);

        /// <summary>Opens relative to a directory; null, with the errno in <paramref name="errno"/>, when that fails.</summary>
        internal static SafeFileHandle? Open(SafeFileHandle? directory, string path, int flags, out int errno)
        {
            var fd = directory is null
                ? openat(CurrentDirectory, path, flags | CloseOnExec, 0)
                : openat(directory, path, flags | CloseOnExec, 0);
            errno = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
            return fd < 0 ? null : new SafeFileHandle(fd, ownsHandle: true);
        }

        /// <summary>struct statx of linux/stat.h, which is alike on all architectures (struct stat is not).</summary>
        [StructLayout(LayoutKind.Explicit, Size = 256)]
        internal struct Statistics
        {
            [FieldOffset(16)] internal uint Links;
            [FieldOffset(20)] internal uint Owner;
            [FieldOffset(28)] internal ushort Mode;
            [FieldOffset(32)] internal ulong Inode;
            [FieldOffset(40)] internal ulong Size;
            [FieldOffset(96)] internal long ChangedSeconds;
            [FieldOffset(104)] internal uint ChangedNanoseconds;
            [FieldOffset(112)] internal long ModifiedSeconds;
            [FieldOffset(120)] internal uint ModifiedNanoseconds;
            [FieldOffset(136)] internal uint DeviceMajor;
            [FieldOffset(140)] internal uint DeviceMinor;
        }
    }
}
