namespace BpfTune.Logging;

/// <summary>
/// Hands messages to somebody who may not take them: the reader of a pipe that was stopped, a socket whose queue is full.
/// Whoever posts never waits. While the receiver takes messages they go straight to it; once it does not they wait in a
/// queue, with a thread that exists for as long as there are any. What finds no room is dropped and counted, and that is
/// said in its place.
/// </summary>
/// <param name="tryNow">Hands a message over if that is possible without waiting; false when it is not.</param>
/// <param name="send">Hands it over, and waits for as long as it takes.</param>
internal sealed class Outbox(Func<ReadOnlyMemory<byte>, bool> tryNow, Action<ReadOnlyMemory<byte>> send)
{
    /// <summary>Bytes that wait at the most; some two thousand lines.</summary>
    internal const int Room = 256 * 1024;

    /// <summary>Left for the message that says how many were dropped.</summary>
    private const int Notice = 512;

    // Pulsed when nothing waits any more.
    private readonly object _gate = new();
    private readonly Queue<ReadOnlyMemory<byte>> _waiting = [];
    private int _bytes;
    private long _dropped;
    private bool _running;

    /// <summary>Makes the message that says how many were dropped; null says nothing.</summary>
    internal Func<long, ReadOnlyMemory<byte>>? Dropped { get; init; }

    /// <summary>Whether a thread waits for the receiver.</summary>
    internal bool IsWaiting
    {
        get
        {
            lock (_gate)
                return _running;
        }
    }

    /// <summary>Hands a message over, now or later or not at all. Any thread; messages keep their order.</summary>
    internal void Post(ReadOnlyMemory<byte> message)
    {
        lock (_gate)
        {
            if (!_running && _dropped == 0 && tryNow(message))
                return;
            if (_bytes + message.Length > Room - (_dropped > 0 ? Notice : 0))
            {
                _dropped++;
                return;
            }

            if (_dropped > 0 && Dropped is { } say)
                Enqueue(say(_dropped));
            _dropped = 0;
            Enqueue(message);
            if (_running)
                return;
            _running = true;
            new Thread(Work, maxStackSize: 128 * 1024) { IsBackground = true, Name = "log" }.Start();
        }
    }

    /// <summary>Waits until nothing waits any more, but not longer than this.</summary>
    internal void Flush(TimeSpan limit)
    {
        var end = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        lock (_gate)
        {
            while (_running && end - Environment.TickCount64 is > 0 and var left)
                Monitor.Wait(_gate, (int)left);
        }
    }

    private void Enqueue(ReadOnlyMemory<byte> message)
    {
        _waiting.Enqueue(message);
        _bytes += message.Length;
    }

    private void Work()
    {
        while (true)
        {
            ReadOnlyMemory<byte> message;
            lock (_gate)
            {
                if (_waiting.TryDequeue(out message))
                {
                    _bytes -= message.Length;
                }
                else if (_dropped > 0 && Dropped is { } say)
                {
                    message = say(_dropped);
                    _dropped = 0;
                }
                else
                {
                    _dropped = 0;
                    Rest();
                    return;
                }
            }

            if (TrySend(message))
                continue;
            GiveUp();
            return;
        }
    }

    private bool TrySend(ReadOnlyMemory<byte> message)
    {
        try
        {
            send(message);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>A full disk, or a descriptor that was closed: what waits is lost, and the next message tries anew.</summary>
    private void GiveUp()
    {
        lock (_gate)
        {
            _dropped += _waiting.Count + 1;
            _waiting.Clear();
            _bytes = 0;
            Rest();
        }
    }

    private void Rest()
    {
        _running = false;
        Monitor.PulseAll(_gate);
    }
}
