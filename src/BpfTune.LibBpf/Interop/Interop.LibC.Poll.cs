using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

internal static unsafe partial class Interop
{
    internal const int EpollCloseOnExec = 0x80000;
    internal const int EpollAdd = 1;
    internal const uint EpollIn = 1;
    internal const short PollIn = 1;

    /// <summary>Room for a struct epoll_event on any architecture: packed to 12 bytes on x86-64, 16 elsewhere.</summary>
    internal const int EpollEventSize = 16;

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollDescriptor
    {
        internal int Descriptor;
        internal short Events;
        internal short Returned;
    }

    [LibraryImport(LibC, SetLastError = true)]
    internal static partial int epoll_create1(int flags);

    [LibraryImport(LibC, SetLastError = true)]
    internal static partial int epoll_ctl(int epoll, int operation, int fd, byte* epollEvent);

    [LibraryImport(LibC, SetLastError = true)]
    internal static partial int poll(PollDescriptor* descriptors, nuint count, int milliseconds);
}
