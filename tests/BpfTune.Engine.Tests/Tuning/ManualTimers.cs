namespace BpfTune.Engine.Tests.Tuning;

/// <summary>The loop's timers over a <see cref="ManualTime"/>: they fire when the clock is moved past them here.</summary>
internal sealed class ManualTimers(ManualTime time)
{
    private readonly List<Timer> _armed = [];

    public int Armed => _armed.Count;

    public IDisposable After(TimeSpan delay, Action callback)
    {
        var timer = new Timer(this, time.GetTimestamp() + delay.Ticks, callback);
        _armed.Add(timer);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        var end = time.GetTimestamp() + by.Ticks;
        while (_armed.Where(t => t.At <= end).MinBy(t => t.At) is { } due)
        {
            time.Advance(TimeSpan.FromTicks(Math.Max(0, due.At - time.GetTimestamp())));
            _armed.Remove(due);
            due.Callback();
        }

        time.Advance(TimeSpan.FromTicks(end - time.GetTimestamp()));
    }

    private sealed class Timer(ManualTimers owner, long at, Action callback) : IDisposable
    {
        public long At { get; } = at;

        public Action Callback { get; } = callback;

        public void Dispose() => owner._armed.Remove(this);
    }
}
