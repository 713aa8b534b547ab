using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine;

internal static partial class Interop
{
    /// <summary>inotify(7).</summary>
    internal static unsafe partial class Inotify
    {
        internal const int NonBlocking = 0x800;
        internal const int CloseOnExec = 0x80000;

        internal const uint AttributesChanged = 0x4;
        internal const uint ClosedAfterWriting = 0x8;
        internal const uint MovedFrom = 0x40;
        internal const uint MovedTo = 0x80;
        internal const uint Created = 0x100;
        internal const uint Deleted = 0x200;
        internal const uint SelfDeleted = 0x400;
        internal const uint SelfMoved = 0x800;
        internal const uint Unmounted = 0x2000;
        internal const uint QueueOverflow = 0x4000;
        internal const uint Ignored = 0x8000;
        internal const uint OnlyDirectory = 0x1000000;
        internal const uint AddToMask = 0x20000000;

        [LibraryImport("libc", SetLastError = true)]
        internal static partial int inotify_init1(int flags);

        [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        internal static partial int inotify_add_watch(SafeFileHandle inotify, string path, uint mask);

        [LibraryImport("libc", SetLastError = true)]
        internal static partial int inotify_rm_watch(SafeFileHandle inotify, int watch);

        [LibraryImport("libc", SetLastError = true)]
        internal static partial nint read(SafeFileHandle file, byte* buffer, nuint count);

        /// <summary>struct inotify_event; the name follows, padded with zeros to <see cref="NameLength"/>.</summary>
        [StructLayout(LayoutKind.Sequential)]
        internal struct Event
        {
            internal int Watch;
            internal uint Mask;
            internal uint Cookie;
            internal uint NameLength;
        }
    }
}
