using System.Buffers.Text;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static BpfTune.Engine.Interop.Namespaces;

namespace BpfTune.Engine.Namespaces;

/// <summary>
/// Recognises a namespace by stat(2) alone: its inode number on nsfs is what the kernel calls ns.inum and BPF events
/// carry. No setns, no socket.
/// </summary>
internal static unsafe class NamespaceFile
{
    /// <summary>The calling thread's own namespace.</summary>
    internal const string OwnPath = "/proc/thread-self/ns/net";

    private static readonly (uint Major, uint Minor) NamespaceDevice = DeviceOf(OwnPath);

    /// <summary>The inode of the namespace that a path leads to; null when there is nothing or no namespace there.</summary>
    internal static uint? InodeOf(string path)
    {
        if (NamespaceHandle.TryParse(path, out var id))
            return NamespaceHandle.Exists(id) ? id.Inode : null;
        StatxBuffer buffer;
        return Statx(AtFdCwd, path, 0, StatxIno, &buffer) == 0 ? InodeOf(in buffer) : null;
    }

    /// <summary>Opens what a path leads to.</summary>
    internal static SafeFileHandle Open(string path) => NamespaceHandle.TryParse(path, out var id)
        ? NamespaceHandle.Open(id)
        : Interop.Namespaces.Open(path, OpenReadOnly | OpenCloseOnExec);

    /// <summary>The inode of an open namespace file; null when it is something else.</summary>
    internal static uint? InodeOf(SafeFileHandle file)
    {
        StatxBuffer buffer;
        return Statx(file, "", AtEmptyPath, StatxIno, &buffer) == 0 ? InodeOf(in buffer) : null;
    }

    /// <summary>The inode of a process's namespace; null when the process is gone. Allocates nothing.</summary>
    internal static uint? InodeOfProcess(uint process)
    {
        Span<byte> path = stackalloc byte[32];
        "/proc/"u8.CopyTo(path);
        Utf8Formatter.TryFormat(process, path[6..], out var digits);
        "/ns/net\0"u8.CopyTo(path[(6 + digits)..]);
        StatxBuffer buffer;
        fixed (byte* start = path)
            return Statx(AtFdCwd, start, 0, StatxIno, &buffer) == 0 ? InodeOf(in buffer) : null;
    }

    /// <summary>The cookie of the calling thread's namespace; 0 on kernels before 5.14, which have none.</summary>
    internal static ulong ReadOwnCookie()
    {
        // A local socket serves and, unlike an internet one, fires no cgroup/sock_create program.
        using var socket = Socket(AfUnix, SockDgram | SockCloseOnExec, 0);
        if (socket.IsInvalid)
            return 0;
        ulong cookie = 0;
        uint length = sizeof(ulong);
        return GetSockOpt(socket, SolSocket, SoNetnsCookie, &cookie, &length) == 0 ? cookie : 0;
    }

    private static uint? InodeOf(in StatxBuffer buffer) =>
        (buffer.DeviceMajor, buffer.DeviceMinor) == NamespaceDevice ? (uint)buffer.Inode : null;

    private static (uint Major, uint Minor) DeviceOf(string path)
    {
        StatxBuffer buffer;
        if (Statx(AtFdCwd, path, 0, StatxIno, &buffer) != 0)
            throw new NamespaceException($"cannot read {path}: {ErrorPhrase.Of(Marshal.GetLastPInvokeError())}");
        return (buffer.DeviceMajor, buffer.DeviceMinor);
    }
}
