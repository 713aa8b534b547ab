using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace BpfTune.Lab;

/// <summary>Makes many short connections from one namespace to another.</summary>
public static class ShortConnections
{
    /// <summary>Runs them all.</summary>
    public static ShortConnectionResult Run(LabNamespace client, LabNamespace server, ShortConnectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(server);
        options ??= new ShortConnectionOptions();
        IPAddress address = options.Server ?? LabPipe.AddressB(options.IPv6);
        using Socket listener = server.Run(() =>
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            socket.Listen(options.Backlog);
            return socket;
        });

        long received = 0;
        Task serving = Serve(listener, count => Interlocked.Add(ref received, count));
        int next = 0;
        int completed = 0;
        int failed = 0;
        long start = Stopwatch.GetTimestamp();

        // Each worker lives in the client's namespace: its sockets are made there.
        Task[] workers = [.. Enumerable.Range(0, options.Parallel).Select(i => LabThread.Run($"client {i}", () => client.Run(() =>
        {
            var payload = new byte[options.Bytes];
            while (Interlocked.Increment(ref next) <= options.Count)
            {
                Interlocked.Increment(ref One(listener.LocalEndPoint!, payload, options.Timeout) ? ref completed : ref failed);
            }

            return true;
        })))];
        Task.WhenAll(workers).GetAwaiter().GetResult();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        listener.Close();
        serving.GetAwaiter().GetResult();
        return new ShortConnectionResult(completed, failed, seconds, Interlocked.Read(ref received));
    }

    private static bool One(EndPoint target, byte[] payload, TimeSpan timeout)
    {
        try
        {
            using var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            int milliseconds = (int)timeout.TotalMilliseconds;
            socket.SendTimeout = milliseconds;
            socket.ReceiveTimeout = milliseconds;

            using var limit = new CancellationTokenSource(timeout);
            socket.ConnectAsync(target, limit.Token).AsTask().GetAwaiter().GetResult();
            socket.Send(payload);
            socket.Shutdown(SocketShutdown.Send);
            return socket.Receive(new byte[1]) == 0;
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // Refused, reset or late: the result counts it.
            return false;
        }
    }

    private static async Task Serve(Socket listener, Action<int> count)
    {
        var open = new List<Task>();
        while (true)
        {
            try
            {
                open.Add(Drain(await listener.AcceptAsync().ConfigureAwait(false), count));
                open.RemoveAll(task => task.IsCompletedSuccessfully);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // The listener was closed: all clients are done.
                await Task.WhenAll(open).ConfigureAwait(false);
                return;
            }
        }
    }

    private static async Task Drain(Socket socket, Action<int> count)
    {
        using (socket)
        {
            var buffer = new byte[16384];
            try
            {
                while (await socket.ReceiveAsync(buffer).ConfigureAwait(false) is > 0 and int received)
                {
                    count(received);
                }
            }
            catch (SocketException)
            {
                // The client gave up; it counts that as a failure itself.
            }
        }
    }
}
