using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine.Loop;

/// <summary>
/// One thread, one epoll: descriptors, timers and calls from other threads. While nothing is due it blocks without a
/// time-out, so that an idle daemon does not wake.
/// </summary>
public sealed unsafe class EventLoop : IDisposable
{
    private const int MaxEvents = 16;

    private readonly TimeProvider _time;
    private readonly EpollSet _epoll = new();
    private readonly SafeFileHandle _wake;
    private readonly Dictionary<int, Action> _readable = [];
    private readonly TimerQueue _timers = new();
    private readonly Lock _gate = new();
    private List<Action> _posted = [];
    private List<Action> _running = [];
    private volatile bool _stopping;

    /// <summary>A loop that nothing runs yet.</summary>
    public EventLoop(TimeProvider time)
    {
        _time = time;
        var wake = Interop.Loop.eventfd(0, Interop.Loop.CloseOnExec | Interop.Loop.NonBlocking);
        if (wake < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "eventfd failed");
        _wake = new SafeFileHandle(wake, ownsHandle: true);
        Add((int)_wake.DangerousGetHandle(), DrainWake);
    }

    /// <summary>Times that the loop has woken since it was made.</summary>
    public long WakeUps { get; private set; }

    /// <summary>Calls <paramref name="onReadable"/> whenever the descriptor can be read or has failed. Loop thread, or before <see cref="Run"/>.</summary>
    /// <exception cref="Win32Exception">The kernel cannot poll this descriptor.</exception>
    public void Add(int fd, Action onReadable)
    {
        _epoll.Add(fd, Interop.Loop.Readable);
        _readable[fd] = onReadable;
    }

    /// <summary>Stops watching a descriptor; call it before the descriptor is closed. One that is not watched is ignored.</summary>
    public void Remove(int fd)
    {
        if (_readable.Remove(fd))
            _epoll.Remove(fd);
    }

    /// <summary>Calls back on the loop thread after a delay (millisecond resolution). Dispose the result to cancel.</summary>
    public IDisposable After(TimeSpan delay, Action callback) => _timers.Add(Now + delay, callback);

    /// <summary>Calls back on the loop thread as soon as possible. Any thread may call this.</summary>
    public void Post(Action callback)
    {
        lock (_gate)
            _posted.Add(callback);
        Wake();
    }

    /// <summary>Handles events until <see cref="Stop"/>. An exception from a callback ends the loop and reaches the caller.</summary>
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
                if (_readable.TryGetValue(fd, out var callback))
                    callback();
            }

            RunPosted();
            while (_timers.TryTakeDue(Now, out var due))
                due();
        }
    }

    /// <summary>Ends <see cref="Run"/> after the present round. Any thread may call this.</summary>
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

    private void RunPosted()
    {
        lock (_gate)
            (_posted, _running) = (_running, _posted);
        foreach (var callback in _running)
            callback();
        _running.Clear();
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
