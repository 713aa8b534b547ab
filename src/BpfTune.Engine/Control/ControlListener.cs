using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static BpfTune.Engine.Interop;

namespace BpfTune.Engine.Control;

/// <summary>A listening socket and what its callers may do.</summary>
internal sealed class ControlListener : IDisposable
{
    private const int Backlog = 16;
    private readonly string? _path;

    private ControlListener(SafeFileHandle socket, string? path)
    {
        Socket = socket;
        _path = path;
    }

    internal SafeFileHandle Socket { get; }

    /// <summary>Callers on the control socket may command; those on the port may only ask.</summary>
    internal bool TakesCommands => _path is not null;

    /// <summary>The port in use; 0 for the control socket.</summary>
    internal int Port { get; private init; }

    /// <summary>Connections open now.</summary>
    internal int Connections { get; set; }

    /// <summary>
    /// Listens on the control socket, which only its owner can open. Whoever calls this holds the daemon's lock: a
    /// socket file that is there already was left by a daemon that was killed.
    /// </summary>
    /// <exception cref="IOException">The socket cannot be made; the message says why.</exception>
    internal static ControlListener Unix(string path)
    {
        Span<byte> address = stackalloc byte[Sockets.MaximumAddress];
        var length = Sockets.UnixAddress(path, address);
        if (length == 0)
            throw new IOException($"the path of the control socket, '{path}', is longer than the kernel takes (107 bytes)");
        File.Delete(path);
        var socket = Create(Sockets.AfUnix);
        if (Sockets.SetMode(socket, Convert.ToUInt32("600", 8)) < 0
            || Sockets.Bind(socket, address[..length], (uint)length) < 0
            || Sockets.Listen(socket, Backlog) < 0)
            throw Failure($"cannot listen on {path}", socket);
        return new ControlListener(socket, path);
    }

    /// <summary>Listens on a port of 127.0.0.1; 0 takes a free one.</summary>
    /// <exception cref="IOException">The port cannot be had; the message says why.</exception>
    internal static ControlListener Loopback(int port)
    {
        Span<byte> address = stackalloc byte[16];
        _ = Sockets.LoopbackAddress(port, address);
        var socket = Create(Sockets.AfInet);
        // A restart must not wait for the connections of the daemon before it to time out.
        _ = Sockets.SetOption(socket, Sockets.SolSocket, Sockets.SoReuseAddress, 1, sizeof(int));
        uint size = 16;
        if (Sockets.Bind(socket, address, size) < 0
            || Sockets.Listen(socket, Backlog) < 0
            || Sockets.GetName(socket, address, ref size) < 0)
            throw Failure($"cannot listen on 127.0.0.1 port {port}", socket);
        return new ControlListener(socket, null) { Port = (address[2] << 8) | address[3] };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The file first: who finds it must find somebody listening.
        if (_path is not null)
            File.Delete(_path);
        Socket.Dispose();
    }

    private static SafeFileHandle Create(int family)
    {
        var socket = Sockets.Socket(family, Sockets.SockStream | Sockets.SockCloseOnExec | Sockets.SockNonBlock, 0);
        return socket.IsInvalid ? throw Failure("cannot make a socket", socket) : socket;
    }

    private static IOException Failure(string what, SafeFileHandle socket)
    {
        var error = new Win32Exception(Marshal.GetLastPInvokeError());
        socket.Dispose();
        return new IOException($"{what}: {error.Message}", error);
    }
}
