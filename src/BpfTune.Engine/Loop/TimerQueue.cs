using System.Diagnostics.CodeAnalysis;

namespace BpfTune.Engine.Loop;

/// <summary>Callbacks by the time they are due; those due at the same time run in the order they were added.</summary>
internal sealed class TimerQueue
{
    /// <summary>Fewer are not worth the trouble of taking the cancelled ones out.</summary>
    private const int Few = 64;

    private readonly PriorityQueue<Entry, (TimeSpan Due, long Order)> _entries = new();
    private long _order;
    private int _cancelled;

    /// <summary>Entries held, cancelled ones included: never more than twice those that wait, and a few.</summary>
    internal int Held => _entries.Count;

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
        var entry = new Entry(this, callback);
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
        {
            _entries.Dequeue();
            _cancelled--;
        }
    }

    /// <summary>
    /// Whoever sets a timer of an hour and cancels it, a thousand times a second, must not have them kept for the hour.
    /// </summary>
    private void OnCancelled()
    {
        _cancelled++;
        if (_entries.Count <= Few || _cancelled <= _entries.Count / 2)
            return;
        var waiting = _entries.UnorderedItems.Where(e => !e.Element.IsCancelled).ToArray();
        _entries.Clear();
        _entries.EnqueueRange(waiting);
        _cancelled = 0;
    }

    private sealed class Entry(TimerQueue queue, Action callback) : IDisposable
    {
        private Action? _callback = callback;

        public bool IsCancelled => _callback is null;

        public Action? Take()
        {
            var taken = _callback;
            _callback = null;
            return taken;
        }

        public void Dispose()
        {
            if (_callback is null)
                return;
            _callback = null;
            queue.OnCancelled();
        }
    }
}
