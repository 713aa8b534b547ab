using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static BpfTune.Engine.Interop;

namespace BpfTune.Engine.Control;

/// <summary>Sends datagrams to one Unix socket: a service manager's, or the system log's.</summary>
public sealed class UnixDatagram : IDisposable
{
    private readonly SafeFileHandle _socket;
    private readonly byte[] _address;

    private UnixDatagram(SafeFileHandle socket, byte[] address)
    {
        _socket = socket;
        _address = address;
    }

    /// <summary>A sender for a path; a leading '@' means the abstract name space. Null when the path cannot be an address.</summary>
    public static UnixDatagram? To(string path)
    {
        Span<byte> address = stackalloc byte[Sockets.MaximumAddress];
        var length = path.StartsWith('/') || path.StartsWith('@') ? Sockets.UnixAddress(path, address) : 0;
        if (length == 0)
            return null;
        var socket = Sockets.Socket(Sockets.AfUnix, Sockets.SockDgram | Sockets.SockCloseOnExec, 0);
        return socket.IsInvalid ? null : new UnixDatagram(socket, address[..length].ToArray());
    }

    /// <summary>Sends one datagram. False when nobody took it.</summary>
    /// <param name="data">The datagram.</param>
    /// <param name="wait">Whether to wait while the receiver's queue is full; else the datagram is dropped.</param>
    public bool TrySend(ReadOnlySpan<byte> data, bool wait)
    {
        // Addressed anew each time, so that a receiver that was restarted is found again.
        var flags = Sockets.MsgNoSignal | (wait ? 0 : Sockets.MsgDontWait);
        nint sent;
        do
            sent = Sockets.SendTo(_socket, data, (nuint)data.Length, flags, _address, (uint)_address.Length);
        while (sent < 0 && Marshal.GetLastPInvokeError() == Sockets.Interrupted);
        return sent == data.Length;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
