using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace BpfTune.Lab;

/// <summary>Sends datagrams from one namespace to another.</summary>
public static class UdpStream
{
    // The last datagrams may be on the way for so long.
    private const int QuietMilliseconds = 500;

    /// <summary>Runs one stream.</summary>
    public static UdpResult Run(LabNamespace sender, LabNamespace receiver, UdpOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sender);
        ArgumentNullException.ThrowIfNull(receiver);
        options ??= new UdpOptions();
        IPAddress address = options.Receiver ?? LabPipe.AddressB(options.IPv6);
        using Socket input = receiver.Run(() =>
        {
            var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            if (options.ReceiveBuffer is { } size)
            {
                socket.ReceiveBufferSize = size;
            }

            socket.Bind(new IPEndPoint(address, 0));
            return socket;
        });
        using Socket output = sender.Run(() =>
        {
            var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(input.LocalEndPoint!);
            return socket;
        });

        input.ReceiveTimeout = QuietMilliseconds;
        using var sent = new ManualResetEventSlim();
        Task<(long Count, long Bytes)> reading = LabThread.Run("receive", () =>
        {
            if (!options.Reads)
            {
                sent.Wait();
            }

            return Receive(input, sent);
        });
        try
        {
            (long count, double seconds) = Send(output, options);
            sent.Set();
            (long received, long bytes) = reading.GetAwaiter().GetResult();
            return new UdpResult(count, received, bytes, seconds);
        }
        finally
        {
            sent.Set();
            Task.WaitAny(reading);
        }
    }

    private static (long Count, long Bytes) Receive(Socket socket, ManualResetEventSlim sent)
    {
        var buffer = new byte[65536];
        long count = 0;
        long bytes = 0;
        while (true)
        {
            try
            {
                bytes += socket.Receive(buffer);
                count++;
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
                if (sent.IsSet)
                {
                    return (count, bytes);
                }
            }
        }
    }

    private static (long Sent, double Seconds) Send(Socket socket, UdpOptions options)
    {
        var datagram = new byte[options.Size];
        long start = Stopwatch.GetTimestamp();
        long sent = 0;
        while (true)
        {
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            if (elapsed >= options.Duration)
            {
                return (sent, elapsed.TotalSeconds);
            }

            if (options.Rate > 0 && sent >= elapsed.TotalSeconds * options.Rate)
            {
                // Bundles of a millisecond are even enough, and leave the CPU to the receiver.
                Thread.Sleep(1);
                continue;
            }

            try
            {
                socket.Send(datagram);
                sent++;
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionRefused or SocketError.NoBufferSpaceAvailable)
            {
                // An ICMP answer to a datagram before, or a full queue of the device: neither was sent.
            }
        }
    }
}
