using System.Runtime.InteropServices;

namespace BpfTune.Tuners.TcpConnection;

internal static partial class Interop
{
    internal const int AF_INET = 2;
    internal const int SOCK_STREAM = 1;
    internal const int SOCK_CLOEXEC = 0x80000;
    internal const int IPPROTO_TCP = 6;
    internal const int TCP_CONGESTION = 13;

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial SafeSocket Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    internal static partial int SetSocketOption(SafeSocket socket, int level, int name, ReadOnlySpan<byte> value, uint length);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(nint fd);
}
