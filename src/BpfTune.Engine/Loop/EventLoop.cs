using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine.Loop;

/// <summary>
/// One thread, one epoll: descriptors, timers and calls from other threads. While nothing is due it blocks without a
/// time-out, so that an idle daemon does not wake. Each round is bounded: some descriptors once each, some timers, the
/// calls that were there when it began; a stop is seen in between. What a callback throws costs that call: a descriptor
/// is left alone for a while, longer each time.
/// </summary>
public sealed unsafe class EventLoop : IDisposable
{
    private const int MaxEvents = 16;

    /// <summary>Timers of one round: one that arms itself again at once must not keep the descriptors waiting.</summary>
    private const int MaxTimers = 64;

    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly EpollSet _epoll = new();
    private readonly SafeFileHandle _wake;
    private readonly Dictionary<int, LoopSource> _readable = [];
    private readonly TimerQueue _timers = new();
    private readonly FaultLog _faults;
    private readonly Lock _gate = new();
    private List<Action> _posted = [];
    private List<Action> _running = [];
    private volatile bool _stopping;

    /// <summary>A loop that nothing runs yet.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="log">Told what callbacks throw.</param>
    public EventLoop(TimeProvider time, ILogger? log = null)
    {
        _time = time;
        _log = log ?? NullLogger.Instance;
        _faults = new FaultLog(time, _log);
        var wake = Interop.Loop.eventfd(0, Interop.Loop.CloseOnExec | Interop.Loop.NonBlocking);
        if (wake < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "eventfd failed");
        _wake = new SafeFileHandle(wake, ownsHandle: true);
        Add((int)_wake.DangerousGetHandle(), "calls of other threads", DrainWake);
    }

    /// <summary>Times that the loop has woken since it was made.</summary>
    public long WakeUps { get; private set; }

    /// <summary>Whether it is to end.</summary>
    public bool IsStopping => _stopping;

    /// <summary>
    /// Calls <paramref name="onReadable"/> whenever the descriptor can be read or has failed, and once more after a pause
    /// that followed an exception. Loop thread, or before <see cref="Run"/>.
    /// </summary>
    /// <param name="fd">The descriptor.</param>
    /// <param name="what">What it is for, as a log line names it: 'the control socket'.</param>
    /// <param name="onReadable">It must not wait, and do a bounded share of what there is to do.</param>
    /// <exception cref="Win32Exception">The kernel cannot poll this descriptor.</exception>
    public void Add(int fd, string what, Action onReadable)
    {
        _epoll.Add(fd, Interop.Loop.Readable);
        _readable[fd] = new LoopSource(fd, what, onReadable);
    }

    /// <summary>Stops watching a descriptor; call it before the descriptor is closed. One that is not watched is ignored.</summary>
    public void Remove(int fd)
    {
        if (!_readable.Remove(fd, out var source))
            return;
        if (source.Pause is { } pause)
            pause.Dispose();
        else
            _epoll.Remove(fd);
    }

    /// <summary>Calls back on the loop thread after a delay (millisecond resolution). Dispose the result to cancel.</summary>
    public IDisposable After(TimeSpan delay, Action callback) => _timers.Add(Now + delay, callback);

    /// <summary>Calls back on the loop thread as soon as possible, or not at all when it has ended. Any thread may call this.</summary>
    public void Post(Action callback)
    {
        lock (_gate)
            _posted.Add(callback);
        try
        {
            Wake();
        }
        catch (ObjectDisposedException)
        {
            // What was done aside took longer than the daemon lived.
        }
    }

    /// <summary>Does something that may wait for long on a thread of its own, and then goes on on the loop's, with what went wrong.</summary>
    /// <param name="name">The thread's name.</param>
    /// <param name="work">It must not touch what is the loop's.</param>
    /// <param name="then">Given what the work threw; null when all went well.</param>
    public void RunAside(string name, Action work, Action<Exception?> then)
    {
        var thread = new Thread(() =>
        {
            Exception? failure = null;
            try
            {
                work();
            }
            catch (Exception e)
            {
                failure = e;
            }

            Post(() => then(failure));
        })
        {
            IsBackground = true,
            Name = name,
        };
        thread.Start();
    }

    /// <summary>Handles events until <see cref="Stop"/>.</summary>
    public void Run()
    {
        Span<int> ready = stackalloc int[MaxEvents];
        while (!_stopping)
        {
            var count = _epoll.Wait(ready, MillisecondsToNextTimer());
            if (count < 0)
                continue;

            WakeUps++;
            foreach (var fd in ready[..count])
            {
                // A callback may have removed a descriptor that comes later in this batch.
                if (!_stopping && _readable.TryGetValue(fd, out var source))
                    Call(source);
            }

            RunPosted();
            RunTimers();
        }
    }

    /// <summary>Ends <see cref="Run"/> after the present call. Any thread may call this.</summary>
    public void Stop()
    {
        _stopping = true;
        Wake();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _wake.Dispose();
        _epoll.Dispose();
    }

    private TimeSpan Now => _time.GetElapsedTime(0);

    private int MillisecondsToNextTimer()
    {
        if (_timers.NextDue is not { } due)
            return -1;
        var wait = due - Now;
        return wait <= TimeSpan.Zero ? 0 : (int)Math.Min(Math.Ceiling(wait.TotalMilliseconds), int.MaxValue);
    }

    private void Call(LoopSource source)
    {
        try
        {
            source.OnReadable();
        }
        catch (Exception e)
        {
            // Whatever it is, it is the fault of one descriptor's handler, and the others have to go on.
            Leave(source, e);
        }
    }

    private void Leave(LoopSource source, Exception e)
    {
        var pause = source.Pauses.Fail(Now);
        LoopLog.SourceFailed(_log, source.What, (int)pause.TotalSeconds, FaultText.Of(e));
        LoopLog.Stack(_log, FaultText.Stack(e));
        if (_readable.GetValueOrDefault(source.Fd) != source)
            return;
        _epoll.Remove(source.Fd);
        source.Pause = After(pause, () =>
        {
            source.Pause = null;
            _epoll.Add(source.Fd, Interop.Loop.Readable);
            // What it had begun to handle may not be readable any more.
            Call(source);
        });
    }

    private void RunPosted()
    {
        lock (_gate)
            (_posted, _running) = (_running, _posted);
        foreach (var callback in _running)
            Call(callback, "a call of another thread");
        _running.Clear();
    }

    private void RunTimers()
    {
        // Those that become due meanwhile have their turn in the next round, as the descriptors have.
        var now = Now;
        for (var i = 0; i < MaxTimers && !_stopping && _timers.TryTakeDue(now, out var due); i++)
            Call(due, "a timer");
    }

    private void Call(Action callback, string what)
    {
        try
        {
            callback();
        }
        catch (Exception e)
        {
            // As above: it costs this call.
            _faults.Report(what, e);
        }
    }

    private void Wake()
    {
        ulong one = 1;
        // It can fail only when the counter is full: then the loop is about to wake anyway.
        _ = Interop.Loop.write(_wake, (byte*)&one, sizeof(ulong));
    }

    private void DrainWake()
    {
        ulong count;
        _ = Interop.Loop.read(_wake, (byte*)&count, sizeof(ulong));
    }
}
