using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine;

internal static partial class Interop
{
    /// <summary>
    /// The few socket calls that the control channel needs. System.Net.Sockets would bring its own thread and epoll
    /// instance, and costs a client command half as much again to start.
    /// </summary>
    internal static partial class Sockets
    {
        internal const int AfUnix = 1;
        internal const int AfInet = 2;
        internal const int SockStream = 1;
        internal const int SockDgram = 2;
        internal const int SockNonBlock = 0x800;
        internal const int SockCloseOnExec = 0x80000;
        internal const int MsgNoSignal = 0x4000;
        internal const int MsgDontWait = 0x40;

        internal const int SolSocket = 1;
        internal const int SoReuseAddress = 2;
        internal const int SoPeerCred = 17;
        internal const int SoReceiveTimeout = 20;
        internal const int SoSendTimeout = 21;

        // The errno values that are told apart here; alike on x86-64 and arm64.
        internal const int NotPermitted = 1; // EPERM
        internal const int Interrupted = 4; // EINTR
        internal const int TryAgain = 11; // EAGAIN
        internal const int AccessDenied = 13; // EACCES
        internal const int ConnectionAborted = 103; // ECONNABORTED

        /// <summary>Room for a sockaddr_un: family and 108 bytes of path.</summary>
        internal const int MaximumAddress = 110;

        [StructLayout(LayoutKind.Sequential)]
        internal struct Credentials
        {
            internal int ProcessId;
            internal uint UserId;
            internal uint GroupId;
        }

        [StructLayout(LayoutKind.Sequential)]
        internal struct TimeValue
        {
            internal nint Seconds;
            internal nint Microseconds;
        }

        [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
        internal static partial SafeFileHandle Socket(int family, int type, int protocol);

        [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
        internal static partial int Bind(SafeFileHandle socket, ReadOnlySpan<byte> address, uint length);

        [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
        internal static partial int Listen(SafeFileHandle socket, int backlog);

        [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
        internal static partial SafeFileHandle Accept(SafeFileHandle socket, nint address, nint length, int flags);

        [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
        internal static partial int Connect(SafeFileHandle socket, ReadOnlySpan<byte> address, uint length);

        [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
        internal static partial nint Receive(SafeFileHandle socket, Span<byte> buffer, nuint length, int flags);

        [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
        internal static partial nint Send(SafeFileHandle socket, ReadOnlySpan<byte> buffer, nuint length, int flags);

        [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
        internal static partial nint SendTo(
            SafeFileHandle socket, ReadOnlySpan<byte> buffer, nuint length, int flags, ReadOnlySpan<byte> address, uint addressLength);

        [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
        internal static partial int GetCredentials(SafeFileHandle socket, int level, int option, out Credentials value, ref uint length);

        [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
        internal static partial int GetName(SafeFileHandle socket, Span<byte> address, ref uint length);

        [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
        internal static partial int SetOption(SafeFileHandle socket, int level, int option, in int value, uint length);

        [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
        internal static partial int SetTimeout(SafeFileHandle socket, int level, int option, in TimeValue value, uint length);

        /// <summary>Before bind(2) this sets the mode that the socket's file is created with: no moment at which it is open to all.</summary>
        [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
        internal static partial int SetMode(SafeFileHandle socket, uint mode);

        [LibraryImport("libc", EntryPoint = "geteuid")]
        internal static partial uint EffectiveUser();

        /// <summary>
        /// Writes a sockaddr_un; a leading '@' means the abstract name space, as systemd writes it. Returns its length,
        /// 0 when the path is empty or too long.
        /// </summary>
        internal static int UnixAddress(string path, Span<byte> address)
        {
            var bytes = Encoding.UTF8.GetByteCount(path);
            // One byte is kept for the terminating zero of a path in the file system.
            if (bytes == 0 || bytes > MaximumAddress - 3)
                return 0;
            address[..MaximumAddress].Clear();
            MemoryMarshal.Write(address, (ushort)AfUnix);
            Encoding.UTF8.GetBytes(path, address[2..]);
            if (path[0] != '@')
                return 2 + bytes + 1;
            address[2] = 0;
            return 2 + bytes;
        }

        /// <summary>Writes a sockaddr_in for a port on 127.0.0.1. Returns its length.</summary>
        internal static int LoopbackAddress(int port, Span<byte> address)
        {
            address[..16].Clear();
            MemoryMarshal.Write(address, (ushort)AfInet);
            address[2] = (byte)(port >> 8);
            address[3] = (byte)port;
            address[4] = 127;
            address[7] = 1;
            return 16;
        }
    }
}
