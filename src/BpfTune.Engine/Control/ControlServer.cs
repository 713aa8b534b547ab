using System.ComponentModel;
using System.Runtime.InteropServices;
using BpfTune.Engine.Loop;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using static BpfTune.Engine.Interop;

namespace BpfTune.Engine.Control;

/// <summary>
/// Answers callers on the control socket and, if asked to, on a port of 127.0.0.1. It has an epoll instance of its own
/// that the daemon's loop watches as one descriptor; callers that are silent or too many are dropped, and none can hold
/// up the loop: one request is answered in each of its rounds, and a long answer is made in steps.
/// </summary>
/// <remarks>On the loop thread: watch <see cref="PollFd"/> and call <see cref="Process"/> whenever it is readable.</remarks>
public sealed unsafe partial class ControlServer : IDisposable
{
    /// <summary>Connections held at once on each of the two listeners.</summary>
    public const int MaximumConnections = 16;

    /// <summary>Bytes of replies held for callers who do not take them; past it the one who has waited longest is dropped.</summary>
    private const int MaximumUnsent = 16 << 20;

    private const uint Writable = 4;
    private const int MaximumEvents = 16;
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>A caller who has been connected for less is about to say something.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a round of the loop works on an answer that is made in steps.</summary>
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(10);

    private readonly ControlDispatcher _dispatcher;
    private readonly Func<TimeSpan, Action, IDisposable> _after;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EpollSet _epoll;
    private readonly Dictionary<int, ControlListener> _listeners = [];
    private readonly Dictionary<int, (ControlConnection Connection, ControlListener Listener)> _connections = [];
    private readonly Queue<(ControlAnswer Answer, ControlConnection Connection, ControlListener Listener)> _work = [];
    private IDisposable? _timer;
    private IDisposable? _working;
    private IDisposable? _paused;

    /// <summary>Opens the sockets that the options name.</summary>
    /// <param name="options">Where to listen.</param>
    /// <param name="queries">Who answers.</param>
    /// <param name="logger">For warnings.</param>
    /// <param name="after">Runs a callback on the loop after a delay; used only while somebody is connected.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="IOException">A socket cannot be had; the message says which and why.</exception>
    public ControlServer(
        EngineOptions options, IEngineQueries queries, ILogger logger, Func<TimeSpan, Action, IDisposable> after, TimeProvider time)
    {
        _dispatcher = new ControlDispatcher(queries, logger);
        _after = after;
        _time = time;
        _logger = logger;
        try
        {
            _epoll = new EpollSet();
        }
        catch (Win32Exception e)
        {
            throw new IOException("cannot make an epoll instance for the control socket", e);
        }

        try
        {
            Listen(ControlListener.Unix(options.ControlSocketPath));
            if (options.Port is { } port)
                Listen(ControlListener.Loopback(port));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>How long a caller may take from connecting to the end of the request, and then without taking anything of the reply.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Readable while there is something to do.</summary>
    public int PollFd => _epoll.Descriptor;

    /// <summary>The TCP port in use; null when there is none.</summary>
    public int? Port => _listeners.Values.FirstOrDefault(l => l.Port != 0)?.Port;

    /// <summary>Does what there is to do, without blocking.</summary>
    public void Process()
    {
        Span<int> ready = stackalloc int[MaximumEvents];
        var count = Math.Max(0, _epoll.Wait(ready, 0));
        foreach (var fd in ready[..count])
        {
            if (_listeners.TryGetValue(fd, out var listener))
                Accept(listener);
            else if (_connections.TryGetValue(fd, out var entry) && Advance(entry.Connection, entry.Listener))
                return; // The others are still ready in the next round, and so is whatever else the loop watches.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer?.Dispose();
        _paused?.Dispose();
        _working?.Dispose();
        foreach (var (connection, _) in _connections.Values)
            connection.Dispose();
        _connections.Clear();
        foreach (var listener in _listeners.Values)
            listener.Dispose();
        _listeners.Clear();
        _epoll.Dispose();
    }

    private static int Descriptor(SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    private TimeSpan Now => _time.GetElapsedTime(0);

    private void Listen(ControlListener listener)
    {
        _listeners.Add(Descriptor(listener.Socket), listener);
        Watch(_epoll.Add, listener.Socket, Interop.Loop.Readable);
    }

    private void Accept(ControlListener listener)
    {
        var socket = Sockets.Accept(listener.Socket, 0, 0, Sockets.SockNonBlock | Sockets.SockCloseOnExec);
        if (socket.IsInvalid)
        {
            var errno = Marshal.GetLastPInvokeError();
            socket.Dispose();
            // The caller may have gone again; anything else (no descriptors, no memory) would wake the loop for ever.
            if (errno is not (Sockets.TryAgain or Sockets.Interrupted or Sockets.ConnectionAborted))
                Pause(new Win32Exception(errno).Message);
            return;
        }

        var connection = new ControlConnection(socket, listener.TakesCommands, Now, TimeLimit);
        if (listener.TakesCommands && Stranger(socket) is { } user)
        {
            LogStranger(_logger, user);
            connection.Answer(ControlDispatcher.Error(ControlError.Denied, "only root may talk to the daemon"), Now);
            connection.Dispose();
            return;
        }

        if (listener.Connections >= MaximumConnections && !MakeRoom(listener))
        {
            connection.Answer(ControlDispatcher.Error(ControlError.Busy, "too many callers at once"), Now);
            connection.Dispose();
            return;
        }

        listener.Connections++;
        _connections.Add(Descriptor(socket), (connection, listener));
        Watch(_epoll.Add, socket, Interop.Loop.Readable);
        // Its request, which is there by now as a rule, is read in the next round, as the others'.
        Arm();
    }

    /// <summary>Drops the caller who has been silent longest, so that silent ones cannot keep out those who ask.</summary>
    private bool MakeRoom(ControlListener listener)
    {
        ControlConnection? silent = null;
        foreach (var (connection, of) in _connections.Values)
        {
            var waits = connection.State is ControlConnection.Wait.Readable or ControlConnection.Wait.Writable;
            if (of == listener && waits && (silent is null || connection.Deadline < silent.Deadline))
                silent = connection;
        }

        if (silent is null || silent.Deadline > Now + TimeLimit - s_grace)
            return false;
        TurnAway(silent, listener, "too many callers at once");
        return true;
    }

    private void TurnAway(ControlConnection connection, ControlListener listener, string why)
    {
        // To one who has begun to read a reply there is nothing more to be said.
        if (connection.State == ControlConnection.Wait.Readable)
            connection.Answer(ControlDispatcher.Error(ControlError.Busy, why), Now);
        Drop(connection, listener);
    }

    /// <summary>The caller's user id when it is neither root nor the daemon's own.</summary>
    private static uint? Stranger(SafeFileHandle socket)
    {
        var size = (uint)sizeof(Sockets.Credentials);
        if (Sockets.GetCredentials(socket, Sockets.SolSocket, Sockets.SoPeerCred, out var caller, ref size) < 0)
            return uint.MaxValue;
        return caller.UserId == 0 || caller.UserId == Sockets.EffectiveUser() ? null : caller.UserId;
    }

    /// <returns>Whether a request was answered.</returns>
    private bool Advance(ControlConnection connection, ControlListener listener)
    {
        var before = connection.State;
        var asked = connection.Advance(Now);
        if (asked)
        {
            var answer = _dispatcher.Answer(connection.Line, connection.MayCommand);
            // Most are made within a moment; the others let the loop go on.
            if ((answer.Reply ?? GoOn(answer)) is { } reply)
                connection.Answer(reply, Now);
            else
                Begin(answer, connection, listener);
        }

        Follow(connection, listener, before);
        return asked;
    }

    private void Follow(ControlConnection connection, ControlListener listener, ControlConnection.Wait before)
    {
        if (connection.State == ControlConnection.Wait.Nothing)
        {
            Drop(connection, listener);
            return;
        }

        // While the answer is made nothing that the caller does matters: not even that it goes away.
        if (connection.State != before)
            Watch(_epoll.Modify, connection.Socket, connection.State == ControlConnection.Wait.Writable ? Writable : 0);
        Limit();
        Arm();
    }

    private void Begin(ControlAnswer answer, ControlConnection connection, ControlListener listener)
    {
        _work.Enqueue((answer, connection, listener));
        _working ??= _after(TimeSpan.Zero, Work);
    }

    private void Work()
    {
        _working = null;
        if (!_work.TryDequeue(out var work))
            return;
        // A caller who has gone has given an order all the same: it is carried out to its end. Each has its turn.
        if (GoOn(work.Answer) is not { } reply)
        {
            _work.Enqueue(work);
        }
        else if (_connections.ContainsValue((work.Connection, work.Listener)))
        {
            var before = work.Connection.State;
            work.Connection.Answer(reply, Now);
            Follow(work.Connection, work.Listener, before);
        }

        if (_work.Count > 0)
            _working ??= _after(TimeSpan.Zero, Work);
    }

    private byte[]? GoOn(ControlAnswer answer)
    {
        var start = _time.GetTimestamp();
        return _dispatcher.Continue(answer, () => _time.GetElapsedTime(start) < s_slice);
    }

    /// <summary>Large replies that nobody takes must not add up.</summary>
    private void Limit()
    {
        while (_connections.Count > 1 && _connections.Values.Sum(c => (long)c.Connection.Unsent) > MaximumUnsent)
        {
            var (slowest, listener) = _connections.Values.Where(c => c.Connection.Unsent > 0).MinBy(c => c.Connection.Deadline);
            Drop(slowest, listener);
        }
    }

    private void Drop(ControlConnection connection, ControlListener listener)
    {
        // Closing the last descriptor takes it out of the epoll set.
        _connections.Remove(Descriptor(connection.Socket));
        listener.Connections--;
        connection.Dispose();
        if (_connections.Count > 0)
            return;
        _timer?.Dispose();
        _timer = null;
    }

    private void Arm()
    {
        if (_timer is not null || _connections.Count == 0)
            return;
        var first = _connections.Values.Min(c => c.Connection.Deadline);
        if (first == TimeSpan.MaxValue)
            return;
        var next = first - Now;
        _timer = _after(next > TimeSpan.Zero ? next : TimeSpan.Zero, DropLate);
    }

    private void DropLate()
    {
        _timer = null;
        var now = Now;
        foreach (var (connection, listener) in _connections.Values.Where(c => c.Connection.Deadline <= now).ToArray())
            TurnAway(connection, listener, "the request did not come to its end in time");
        Arm();
    }

    private void Pause(string reason)
    {
        if (_paused is not null)
            return;
        LogPaused(_logger, reason);
        foreach (var listener in _listeners.Values)
            _epoll.Remove(Descriptor(listener.Socket));
        _paused = _after(s_pause, () =>
        {
            _paused = null;
            foreach (var listener in _listeners.Values)
                Watch(_epoll.Add, listener.Socket, Interop.Loop.Readable);
        });
    }

    private static void Watch(Action<int, uint> how, SafeFileHandle socket, uint interest)
    {
        try
        {
            how(Descriptor(socket), interest);
        }
        catch (Win32Exception e)
        {
            throw new IOException("epoll refuses a control connection", e);
        }
    }

    [LoggerMessage(EventId = 6002, Level = LogLevel.Warning, Message = "User {User} tried the control socket and was turned away")]
    private static partial void LogStranger(ILogger logger, uint user);

    [LoggerMessage(EventId = 6003, Level = LogLevel.Warning, Message = "No callers are taken on the control socket for a second: {Reason}")]
    private static partial void LogPaused(ILogger logger, string reason);
}
