using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine;

internal static partial class Interop
{
    /// <summary>epoll(7) and eventfd(2).</summary>
    internal static unsafe partial class Loop
    {
        internal const int CloseOnExec = 0x80000;
        internal const int NonBlocking = 0x800;

        internal const int ControlAdd = 1;
        internal const int ControlDelete = 2;
        internal const int ControlModify = 3;

        internal const uint Readable = 0x1;
        internal const uint Error = 0x8;
        internal const uint HangUp = 0x10;

        internal const int Interrupted = 4; // EINTR

        [LibraryImport("libc", SetLastError = true)]
        internal static partial int epoll_create1(int flags);

        [LibraryImport("libc", SetLastError = true)]
        internal static partial int epoll_ctl(SafeFileHandle epoll, int operation, int fd, byte* epollEvent);

        [LibraryImport("libc", SetLastError = true)]
        internal static partial int epoll_wait(SafeFileHandle epoll, byte* events, int count, int timeoutMilliseconds);

        [LibraryImport("libc", SetLastError = true)]
        internal static partial int eventfd(uint initial, int flags);

        [LibraryImport("libc", SetLastError = true)]
        internal static partial nint read(SafeFileHandle file, byte* buffer, nuint count);

        [LibraryImport("libc", SetLastError = true)]
        internal static partial nint write(SafeFileHandle file, byte* buffer, nuint count);

        /// <summary>struct epoll_event is packed on x86-64 and nowhere else.</summary>
        internal static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

        /// <summary>Where the user's data lies in it.</summary>
        internal static readonly int DataOffset = EventSize - 8;
    }
}
