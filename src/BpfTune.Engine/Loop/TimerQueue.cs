using System.Diagnostics.CodeAnalysis;

namespace BpfTune.Engine.Loop;

/// <summary>Callbacks by the time they are due; those due at the same time run in the order they were added.</summary>
internal sealed class TimerQueue
{
    private readonly PriorityQueue<Entry, (TimeSpan Due, long Order)> _entries = new();
    private long _order;

    /// <summary>When the next callback is due; null when there is none.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            DropCancelled();
            return _entries.TryPeek(out _, out var key) ? key.Due : null;
        }
    }

    public IDisposable Add(TimeSpan due, Action callback)
    {
        var entry = new Entry(callback);
        _entries.Enqueue(entry, (due, _order++));
        return entry;
    }

    public bool TryTakeDue(TimeSpan now, [NotNullWhen(true)] out Action? callback)
    {
        DropCancelled();
        callback = null;
        if (!_entries.TryPeek(out var entry, out var key) || key.Due > now)
            return false;
        _entries.Dequeue();
        callback = entry.Take();
        return callback is not null;
    }

    private void DropCancelled()
    {
        while (_entries.TryPeek(out var entry, out _) && entry.IsCancelled)
            _entries.Dequeue();
    }

    private sealed class Entry(Action callback) : IDisposable
    {
        private Action? _callback = callback;

        public bool IsCancelled => _callback is null;

        public Action? Take()
        {
            var taken = _callback;
            _callback = null;
            return taken;
        }

        public void Dispose() => _callback = null;
    }
}
