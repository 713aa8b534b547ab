using System.Net.Sockets;
using System.Text;

namespace BpfTune.Lab;

/// <summary>What systemd is to a service of Type=notify: the socket to which it says READY=1 (sd_notify(3)).</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    internal NotifySocket()
    {
        // In the abstract name space: nothing to delete, whatever ends this process.
        string name = LabOwner.Current.NewName("notify");
        _socket.Bind(new UnixDomainSocketEndPoint("\0" + name));
        Address = "@" + name;
    }

    /// <summary>The value of NOTIFY_SOCKET.</summary>
    internal string Address { get; }

    /// <summary>Waits for a message that holds the line; false when time ran out first.</summary>
    internal bool TryWait(string line, TimeSpan time)
    {
        Span<byte> buffer = stackalloc byte[4096];
        while (_socket.Poll(time, SelectMode.SelectRead))
        {
            int length = _socket.Receive(buffer);
            if (Encoding.UTF8.GetString(buffer[..length]).Split('\n').Contains(line))
            {
                return true;
            }

            time = TimeSpan.Zero;
        }

        return false;
    }

    public void Dispose() => _socket.Dispose();
}
