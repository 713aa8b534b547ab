using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace BpfTune.Lab;

/// <summary>A TCP transfer that runs from one namespace to another, in threads of its own.</summary>
public sealed class TcpTransfer : IDisposable
{
    private const int LevelTcp = 6;
    private const int OptionCongestion = 13;
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(30);

    private readonly TcpOptions _options;
    private readonly Socket[] _senders;
    private readonly Socket[] _receivers;
    private readonly ThroughputMeter[] _meters;
    private readonly Task<TcpConnectionResult>[] _work;
    private readonly CancellationTokenSource _stop = new();

    private TcpTransfer(TcpOptions options, Socket[] senders, Socket[] receivers)
    {
        _options = options;
        _senders = senders;
        _receivers = receivers;
        _meters = [.. senders.Select(_ => new ThroughputMeter())];
        _work = [.. Enumerable.Range(0, senders.Length).Select(Start)];
    }

    /// <summary>Bytes received so far.</summary>
    public long BytesSoFar => _meters.Sum(meter => meter.Total);

    /// <summary>Whether all has arrived.</summary>
    public bool IsDone => _work.All(work => work.IsCompleted);

    /// <summary>Runs a transfer to its end.</summary>
    public static TcpResult Run(LabNamespace sender, LabNamespace receiver, TcpOptions? options = null)
    {
        using TcpTransfer transfer = Start(sender, receiver, options);
        return transfer.Wait();
    }

    /// <summary>Connects all sockets and begins to send.</summary>
    /// <exception cref="LabException">No connection came about.</exception>
    public static TcpTransfer Start(LabNamespace sender, LabNamespace receiver, TcpOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sender);
        ArgumentNullException.ThrowIfNull(receiver);
        options ??= new TcpOptions();
        IPAddress address = options.EffectiveReceiver;
        var senders = new List<Socket>();
        var receivers = new List<Socket>();
        try
        {
            using Socket listener = receiver.Run(() => Listen(address, options));
            for (int i = 0; i < options.Connections; i++)
            {
                senders.Add(sender.Run(() => Connect(listener.LocalEndPoint!, options)));
                receivers.Add(listener.Accept());
            }

            return new TcpTransfer(options, [.. senders], [.. receivers]);
        }
        catch (Exception exception)
        {
            foreach (Socket socket in senders.Concat(receivers))
            {
                socket.Dispose();
            }

            if (exception is SocketException)
            {
                throw new LabException($"no TCP connection from {sender} to {address} in {receiver}: {exception.Message}", exception);
            }

            throw;
        }
    }

    /// <summary>Waits for the end: the senders' time and whatever is still on the way.</summary>
    /// <exception cref="LabException">A connection broke, or did not end 30 s after its time.</exception>
    public TcpResult Wait()
    {
        Task<TcpConnectionResult[]> all = Task.WhenAll(_work);
        try
        {
            if (!all.Wait(_options.Duration + s_grace))
            {
                throw new LabException($"a TCP transfer of {_options.Duration.TotalSeconds:0.#} s did not end within {s_grace.TotalSeconds:0} s of its time");
            }
        }
        catch (AggregateException exception) when (exception.InnerException is SocketException inner)
        {
            throw new LabException("a TCP connection broke: " + inner.Message, inner);
        }

        return new TcpResult(_options, all.Result);
    }

    /// <summary>Sending stops early; <see cref="Wait"/> then gives what there was.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>Breaks whatever still runs.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        foreach (Socket socket in _senders.Concat(_receivers))
        {
            socket.Dispose();
        }

        // The threads end with their sockets; what they then say is of no interest.
        Task.WhenAll(_work).ContinueWith(static done => done.Exception, TaskScheduler.Default).Wait(TimeSpan.FromSeconds(5));
        _stop.Dispose();
    }

    private static Socket Listen(IPAddress address, TcpOptions options)
    {
        var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (options.ReceiveBuffer is { } size)
        {
            // Accepted sockets inherit it, and their lock with it.
            listener.ReceiveBufferSize = size;
        }

        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(address, options.Port));
        listener.Listen(Math.Max(16, options.Connections));
        return listener;
    }

    private static Socket Connect(EndPoint target, TcpOptions options)
    {
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (options.SendBuffer is { } size)
            {
                socket.SendBufferSize = size;
            }

            if (options.Congestion is { } name)
            {
                socket.SetRawSocketOption(LevelTcp, OptionCongestion, System.Text.Encoding.ASCII.GetBytes(name));
            }

            socket.Connect(target);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private Task<TcpConnectionResult> Start(int index)
    {
        Task<TcpInfo> send = LabThread.Run($"send {index}", () => Send(_senders[index]));
        Task<TcpInfo> receive = LabThread.Run($"receive {index}", () => Receive(_receivers[index], _meters[index]));
        return Combine(send, receive, _meters[index]);
    }

    private static async Task<TcpConnectionResult> Combine(Task<TcpInfo> send, Task<TcpInfo> receive, ThroughputMeter meter)
    {
        TcpInfo senderInfo = await send.ConfigureAwait(false);
        TcpInfo receiverInfo = await receive.ConfigureAwait(false);
        return new TcpConnectionResult(meter.Result(), senderInfo, receiverInfo);
    }

    private TcpInfo Send(Socket socket)
    {
        var chunk = new byte[_options.ChunkSize];
        long start = Stopwatch.GetTimestamp();

        // A full buffer must not hold the sender past its time by more than this.
        socket.SendTimeout = 500;
        while (Stopwatch.GetElapsedTime(start) < _options.Duration && !_stop.IsCancellationRequested)
        {
            try
            {
                socket.Send(chunk);
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
                // The receiver is slow: look at the time and go on.
            }
        }

        TcpInfo info = TcpInfo.Read(socket);
        if (_options.ReadRate < 0)
        {
            // Nobody reads: what is on the way will never arrive.
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        }
        else
        {
            socket.Shutdown(SocketShutdown.Send);
        }

        return info;
    }

    private TcpInfo Receive(Socket socket, ThroughputMeter meter)
    {
        var chunk = new byte[_options.ChunkSize];
        meter.Start();
        if (_options.ReadRate < 0)
        {
            _stop.Token.WaitHandle.WaitOne(_options.Duration);
            return TcpInfo.Read(socket);
        }

        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            int received = socket.Receive(chunk);
            if (received == 0)
            {
                return TcpInfo.Read(socket);
            }

            meter.Add(received);
            if (_options.ReadRate > 0)
            {
                TimeSpan ahead = TimeSpan.FromSeconds((double)meter.Total / _options.ReadRate) - Stopwatch.GetElapsedTime(start);
                if (ahead > TimeSpan.FromMilliseconds(1))
                {
                    _stop.Token.WaitHandle.WaitOne(ahead);
                }
            }
        }
    }
}
