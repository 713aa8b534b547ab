using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// Tells of changes without repeating itself: the first for a reason at once with its evidence, more of the same as a
/// growing count at most once a minute. One timer, and only while something waits to be told.
/// </summary>
public sealed class ChangeLog
{
    /// <summary>Least time between two lines about the same thing.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Func<TimeSpan, Action, IDisposable> _after;
    private readonly TimeProvider _time;
    private readonly Func<string, ILogger> _logOf;
    private readonly Dictionary<(string Tuner, string Tunable, NamespaceId Namespace, string Scenario), Topic> _topics = [];
    private readonly RecentChanges _recent = new();
    private readonly TenantLines _lines;
    private IDisposable? _timer;

    /// <param name="after">Runs a callback on the loop after a delay; disposing what it returns cancels it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logOf">The log of a tuner.</param>
    /// <param name="lines">How much of it tenants get; null for a budget of its own.</param>
    public ChangeLog(
        Func<TimeSpan, Action, IDisposable> after, TimeProvider time, Func<string, ILogger> logOf, TenantLines? lines = null)
    {
        _lines = lines ?? new TenantLines(time);
        _after = after;
        _time = time;
        _logOf = logOf;
    }

    /// <summary>The latest changes, newest first.</summary>
    public IReadOnlyList<Change> Recent => _recent.Latest;

    /// <summary>What has changed since the start, by tuner, tunable, namespace and scenario.</summary>
    public IReadOnlyList<ChangeTotal> Totals => [.. _topics.Values.Select(topic => topic.Total)];

    /// <summary>Takes note of a change and tells of it now or later.</summary>
    public void Add(Change change)
    {
        _recent.Add(change);

        var key = (change.Tuner, change.Tunable.Name, change.Namespace.Id, change.Scenario);
        if (!_topics.TryGetValue(key, out var topic))
        {
            _topics.Add(key, new Topic(change, _time.GetTimestamp()));
            var log = _logOf(change.Tuner);
            if (_lines.MayTell(change.Namespace, log))
                TuningLog.Changed(log, ChangeText.First(change));
            else
                TuningLog.ChangedQuietly(log, ChangeText.First(change));
            return;
        }

        topic.Hold(change);
        var wait = WaitOf(topic);
        if (wait <= TimeSpan.Zero)
            Tell(topic);
        else
            _timer ??= _after(wait, OnTimer);
    }

    /// <summary>Tells everything that still waits: at the end, or before a summary.</summary>
    public void Flush()
    {
        _timer?.Dispose();
        _timer = null;
        foreach (var topic in _topics.Values.Where(topic => topic.Held > 0))
            Tell(topic);
    }

    /// <summary>Tells what waits about a namespace that is gone and forgets its totals.</summary>
    public void NamespaceGone(NetworkNamespace networkNamespace)
    {
        foreach (var (key, topic) in _topics.Where(entry => entry.Key.Namespace == networkNamespace.Id).ToArray())
        {
            if (topic.Held > 0)
                Tell(topic);
            _topics.Remove(key);
        }
    }

    private void OnTimer()
    {
        _timer = null;
        TimeSpan? next = null;
        foreach (var topic in _topics.Values.Where(topic => topic.Held > 0))
        {
            var wait = WaitOf(topic);
            if (wait <= TimeSpan.Zero)
                Tell(topic);
            else if (next is null || wait < next)
                next = wait;
        }

        if (next is { } delay)
            _timer = _after(delay, OnTimer);
    }

    private TimeSpan WaitOf(Topic topic) => Interval - _time.GetElapsedTime(topic.ToldAt);

    private void Tell(Topic topic)
    {
        var log = _logOf(topic.Total.Tuner);
        var text = ChangeText.Again(topic.Latest, topic.ToldValue, topic.Held, topic.Total.Count);
        if (_lines.MayTell(topic.Total.Namespace, log))
            TuningLog.ChangedAgain(log, text);
        else
            TuningLog.ChangedQuietly(log, text);
        topic.Told(_time.GetTimestamp());
    }

    private sealed class Topic(Change first, long now)
    {
        public ChangeTotal Total { get; private set; } = new(
            first.Tuner, first.Tunable, first.Namespace, first.Scenario, 1, first.Old, first.New, first.Evidence);

        public Change Latest { get; private set; } = first;

        public TunableValue ToldValue { get; private set; } = first.New;

        public long ToldAt { get; private set; } = now;

        public long Held { get; private set; }

        public void Hold(Change change)
        {
            Held++;
            Latest = change;
            Total = Total with { Count = Total.Count + 1, Last = change.New, Evidence = change.Evidence };
        }

        public void Told(long at)
        {
            Held = 0;
            ToldAt = at;
            ToldValue = Latest.New;
        }
    }
}
