using BpfTune.Sdk;

namespace BpfTune.Engine.Words;

/// <summary>
/// Reads all managed values in many namespaces, a few in each round of the loop: those that are met for the first time,
/// and all of them after writes were lost.
/// </summary>
internal sealed class ValueSweep(
    WordWatch words, KnownValues known, Func<IReadOnlyList<NetworkNamespace>> all, Func<TimeSpan, Action, IDisposable> after, TimeProvider time)
{
    /// <summary>Namespaces looked into in one round.</summary>
    internal const int Batch = 8;

    /// <summary>Where nothing is known of more namespaces than this, others are first seen when something happens there.</summary>
    internal const int Capacity = 4096;

    /// <summary>Between two looks at all of them, and where no hook tells of writes between two looks at one.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan BetweenBatches = TimeSpan.FromMilliseconds(20);

    private readonly Queue<NetworkNamespace> _queue = [];
    private readonly HashSet<NamespaceId> _queued = [];
    private readonly Dictionary<NamespaceId, TimeSpan> _looked = [];
    private IDisposable? _timer;
    private TimeSpan? _lookedEverywhere;
    private bool _everywhere;
    private int _read;

    /// <summary>Namespaces that wait.</summary>
    internal int Waiting => _queue.Count;

    /// <summary>A namespace is met for the first time: what it holds now is what is known.</summary>
    internal void OnFound(NetworkNamespace found)
    {
        if (known.Namespaces < Capacity)
            Add(found);
    }

    /// <summary>Something happens in a namespace, and no hook tells of writes there.</summary>
    internal void OnActivity(NetworkNamespace where)
    {
        if (_looked.TryGetValue(where.Id, out var at) && Now - at < Interval)
            return;
        if (_looked.Count >= Capacity)
            _looked.Clear();
        _looked[where.Id] = Now;
        Add(where);
    }

    /// <summary>Reads everything again, at most once in <see cref="Interval"/>.</summary>
    internal void LookEverywhere()
    {
        _everywhere = true;
        Arm();
    }

    internal void NamespaceGone(NetworkNamespace gone) => _looked.Remove(gone.Id);

    /// <summary>Ends it: nothing is read any more.</summary>
    internal void Stop()
    {
        _timer?.Dispose();
        _timer = null;
        _queue.Clear();
        _everywhere = false;
    }

    private TimeSpan Now => time.GetElapsedTime(0);

    private void Add(NetworkNamespace where)
    {
        if (!_queued.Add(where.Id))
            return;
        _queue.Enqueue(where);
        Arm();
    }

    private void Arm()
    {
        if (_timer is not null)
            return;
        if (_queue.Count > 0 || _lookedEverywhere is not { } at || Now - at >= Interval)
            _timer = after(BetweenBatches, Round);
        else if (_everywhere)
            _timer = after(Interval - (Now - at), Round);
    }

    private void Round()
    {
        _timer = null;
        if (_everywhere && _queue.Count == 0 && (_lookedEverywhere is not { } at || Now - at >= Interval))
        {
            _everywhere = false;
            _lookedEverywhere = Now;
            foreach (var one in all())
                Add(one);
        }

        for (var i = 0; i < Batch && _queue.TryDequeue(out var next); i++)
        {
            _queued.Remove(next.Id);
            words.Look(next);
            _read++;
        }

        if (_queue.Count == 0 && _read > 0)
        {
            words.Swept(_read);
            _read = 0;
        }

        if (_queue.Count > 0 || _everywhere)
            Arm();
    }
}
