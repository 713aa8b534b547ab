using System.Net;
using System.Net.Sockets;

namespace BpfTune.Daemon.LiveTests;

/// <summary>One TCP connection over loopback in the namespace that the tests run in.</summary>
internal static class LoopbackTraffic
{
    /// <summary>Sends as fast as it can for a while.</summary>
    public static void Run(TimeSpan duration)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        using var server = listener.Accept();
        var reader = new Thread(() =>
        {
            var buffer = new byte[256 * 1024];
            while (server.Receive(buffer) > 0)
            {
            }
        });
        reader.Start();
        var chunk = new byte[256 * 1024];
        var end = Environment.TickCount64 + (long)duration.TotalMilliseconds;
        while (Environment.TickCount64 < end)
            client.Send(chunk);
        client.Shutdown(SocketShutdown.Send);
        reader.Join();
    }
}
