namespace BpfTune.Sdk.Testing;

/// <summary>A clock that stands until a test moves it, and the timers that go by it.</summary>
public sealed class FakeClock : TimeProvider
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<Alarm> _armed = [];
    private TimeSpan _now = TimeSpan.FromDays(1);

    /// <summary>Timers that wait.</summary>
    public int Armed => _armed.Count;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp() => _now.Ticks;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => s_start + _now;

    /// <summary>Lets time pass, and runs the timers that come due in their order.</summary>
    public void Advance(TimeSpan by)
    {
        var end = _now + by;
        while (_armed.Where(alarm => alarm.Due <= end).MinBy(alarm => alarm.Due) is { } next)
        {
            _armed.Remove(next);
            _now = next.Due > _now ? next.Due : _now;
            next.Callback();
        }

        _now = end;
    }

    /// <summary>Calls back once after a delay, unless what is returned was disposed of before.</summary>
    internal IDisposable After(TimeSpan delay, Action callback)
    {
        var alarm = new Alarm(_armed, _now + delay, callback);
        _armed.Add(alarm);
        return alarm;
    }

    private sealed class Alarm(List<Alarm> armed, TimeSpan due, Action callback) : IDisposable
    {
        public TimeSpan Due => due;

        public Action Callback => callback;

        public void Dispose() => armed.Remove(this);
    }
}
