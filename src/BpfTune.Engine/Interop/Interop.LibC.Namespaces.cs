using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine;

internal static partial class Interop
{
    /// <summary>
    /// Calls for namespaces and sysctls. They are made directly because the class library keeps no errno for a refused
    /// open, and the errno is what tells a missing sysctl from a forbidden one.
    /// </summary>
    internal static unsafe partial class Namespaces
    {
        private const string LibC = "libc";

        internal const int AtFdCwd = -100;
        internal const int AtEmptyPath = 0x1000;
        internal const uint StatxIno = 0x100;

        internal const int OpenReadOnly = 0;
        internal const int OpenWriteOnly = 1;
        internal const int OpenTruncate = 0x200;
        internal const int OpenCloseOnExec = 0x80000;

        internal const int CloneNewNet = 0x40000000;

        internal const int NsfsRoot = -10003; // FD_NSFS_ROOT of linux/fcntl.h, since Linux 6.18
        internal const int NsfsHandle = 0xf1; // FILEID_NSFS of linux/exportfs.h

        // linux/nsfs.h; the first two answer with a descriptor.
        internal const nuint GetUserNamespace = 0xb701;
        internal const nuint GetParent = 0xb702;
        internal const nuint GetOwnerUser = 0xb704;

        internal const int AfUnix = 1;
        internal const int SockDgram = 2;
        internal const int SockCloseOnExec = 0x80000;
        internal const int SolSocket = 1;
        internal const int SoNetnsCookie = 71;

        internal const int InCloseOnExec = 0x80000;
        internal const int InNonBlock = 0x800;
        internal const uint InMovedFrom = 0x40;
        internal const uint InMovedTo = 0x80;
        internal const uint InCreate = 0x100;
        internal const uint InDelete = 0x200;
        internal const uint InDeleteSelf = 0x400;
        internal const uint InMoveSelf = 0x800;
        internal const uint InQueueOverflow = 0x4000;
        internal const uint InIgnored = 0x8000;
        internal const uint InOnlyDirectory = 0x1000000;

        internal const short PollPriority = 2;
        internal const short PollError = 8;

        /// <summary>struct statx of linux/stat.h, the same on every architecture (which struct stat is not).</summary>
        [StructLayout(LayoutKind.Explicit, Size = 256)]
        internal struct StatxBuffer
        {
            [FieldOffset(32)] public ulong Inode;
            [FieldOffset(136)] public uint DeviceMajor;
            [FieldOffset(140)] public uint DeviceMinor;
        }

        /// <summary>struct file_handle of fcntl.h around a struct nsfs_file_handle of linux/nsfs.h (since Linux 6.18).</summary>
        [StructLayout(LayoutKind.Sequential)]
        internal struct NamespaceFileHandle
        {
            public uint Bytes;
            public int Type;
            public ulong Id;
            public uint Kind;
            public uint Inode;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct PollFd
        {
            public int Fd;
            public short Events;
            public short Returned;
        }

        [LibraryImport(LibC, EntryPoint = "statx", SetLastError = true)]
        internal static partial int Statx(int directory, byte* path, int flags, uint mask, StatxBuffer* buffer);

        [LibraryImport(LibC, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int Statx(int directory, string path, int flags, uint mask, StatxBuffer* buffer);

        [LibraryImport(LibC, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int Statx(SafeFileHandle file, string path, int flags, uint mask, StatxBuffer* buffer);

        [LibraryImport(LibC, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial SafeFileHandle Open(string path, int flags);

        [LibraryImport(LibC, EntryPoint = "read", SetLastError = true)]
        internal static partial nint Read(SafeFileHandle file, byte* buffer, nuint length);

        [LibraryImport(LibC, EntryPoint = "write", SetLastError = true)]
        internal static partial nint Write(SafeFileHandle file, byte* buffer, nuint length);

        [LibraryImport(LibC, EntryPoint = "ioctl", SetLastError = true)]
        internal static partial int Ioctl(SafeFileHandle file, nuint request, uint* argument);

        [LibraryImport(LibC, EntryPoint = "setns", SetLastError = true)]
        internal static partial int SetNs(SafeFileHandle file, int kind);

        [LibraryImport(LibC, EntryPoint = "unshare", SetLastError = true)]
        internal static partial int Unshare(int kinds);

        [LibraryImport(LibC, EntryPoint = "open_by_handle_at", SetLastError = true)]
        internal static partial int OpenByHandle(int mount, NamespaceFileHandle* handle, int flags);

        [LibraryImport(LibC, EntryPoint = "socket", SetLastError = true)]
        internal static partial SafeFileHandle Socket(int family, int type, int protocol);

        [LibraryImport(LibC, EntryPoint = "getsockopt", SetLastError = true)]
        internal static partial int GetSockOpt(SafeFileHandle socket, int level, int option, void* value, uint* length);

        [LibraryImport(LibC, EntryPoint = "inotify_init1", SetLastError = true)]
        internal static partial SafeFileHandle InotifyInit(int flags);

        [LibraryImport(LibC, EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int InotifyAddWatch(SafeFileHandle inotify, string path, uint mask);

        [LibraryImport(LibC, EntryPoint = "poll", SetLastError = true)]
        internal static partial int Poll(PollFd* fds, nuint count, int timeoutMs);
    }
}
