using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>What the journal's lines add up to for one boot. A pure fold: the same lines give the same state.</summary>
public sealed class JournalState
{
    /// <summary>
    /// Trails that are remembered at the most; past it the oldest go, which can only be those of namespaces long gone.
    /// </summary>
    internal const int TrailCapacity = 8192;

    private readonly string _boot;
    private readonly Dictionary<(NamespaceId Namespace, string Tunable), TunableTrail> _trails = [];
    private readonly Dictionary<long, TunableTrail> _pending = [];
    private readonly Dictionary<(string Tuner, NamespaceId Namespace, string Tunable), JournalRecord> _overrides = [];

    internal JournalState(string boot) => _boot = boot;

    /// <summary>Tunables that may differ from what was there before us.</summary>
    public IReadOnlyCollection<TunableTrail> Trails => _trails.Values;

    /// <summary>Overrides in force.</summary>
    public IReadOnlyCollection<JournalRecord> Overrides => _overrides.Values;

    /// <summary>The trail of a tunable; null when nothing is to be undone there.</summary>
    public TunableTrail? Find(NamespaceId networkNamespace, string tunable) =>
        _trails.GetValueOrDefault((networkNamespace, tunable));

    internal void Apply(JournalRecord record)
    {
        if (record.Boot != _boot)
            return;
        switch (record)
        {
            case { Kind: JournalKind.Intent, Namespace: { } place, Tunable: { } tunable, Old: { } old, New: not null }:
                ApplyIntent(record, place, tunable, old);
                break;
            case { Kind: JournalKind.Outcome, Intent: { } intent }:
                ApplyOutcome(record, intent);
                break;
            case { Kind: JournalKind.Kept, Namespace: { } place, Tunable: { } tunable, Old: { } old }:
                ApplyKept(record, place, tunable, old);
                break;
            case { Kind: JournalKind.Rollback, Namespace: { } place, Tunable: { } tunable }:
                if (record.Result is JournalResult.Restored or JournalResult.Gone)
                    Remove(place.Id, tunable);
                break;
            case { Kind: JournalKind.Override, Tuner: { } tuner, Namespace: { } place, Tunable: { } tunable }:
                _overrides[(tuner, place.Id, tunable)] = record;
                break;
            case { Kind: JournalKind.Resume, Tuner: { } tuner }:
                foreach (var key in _overrides.Keys.Where(k => k.Tuner == tuner && IsWithin(record.Namespace, k.Namespace)).ToArray())
                    _overrides.Remove(key);
                break;
            case { Kind: JournalKind.Gone, Namespace: { } place }:
                Forget(place.Id);
                break;
        }
    }

    /// <summary>Whether anything is remembered of a namespace.</summary>
    internal bool Knows(NamespaceId networkNamespace) =>
        _trails.Keys.Any(k => k.Namespace == networkNamespace) || _overrides.Keys.Any(k => k.Namespace == networkNamespace);

    /// <summary>The fewest lines that give this state.</summary>
    internal IEnumerable<JournalRecord> Snapshot(DateTimeOffset time)
    {
        foreach (var trail in _trails.Values.OrderBy(t => t.Order))
        {
            if (trail.Last is not null)
            {
                yield return new JournalRecord
                {
                    Seq = trail.Order,
                    Time = time,
                    Boot = _boot,
                    Kind = JournalKind.Kept,
                    Tuner = trail.Tuner,
                    Tunable = trail.Tunable,
                    Namespace = trail.Namespace,
                    Old = trail.Original,
                    New = trail.Last,
                    Changes = trail.Changes,
                };
            }

            if (trail.Pending is { } pending)
                yield return pending;
        }

        foreach (var record in _overrides.Values.OrderBy(r => r.Seq))
            yield return record;
    }

    private void Forget(NamespaceId networkNamespace)
    {
        foreach (var key in _trails.Keys.Where(k => k.Namespace == networkNamespace).ToArray())
            Remove(key.Namespace, key.Tunable);
        foreach (var key in _overrides.Keys.Where(k => k.Namespace == networkNamespace).ToArray())
            _overrides.Remove(key);
    }

    private static bool IsWithin(JournalNamespace? place, NamespaceId id) => place is null || place.Id == id;

    private void ApplyIntent(JournalRecord record, JournalNamespace place, string tunable, string old)
    {
        if (!_trails.TryGetValue((place.Id, tunable), out var trail))
        {
            MakeRoom();
            trail = new TunableTrail(place, tunable, record.Tuner ?? "", old, record.Seq);
            _trails.Add((place.Id, tunable), trail);
        }
        else if (trail.IsOurs(old))
        {
            // The value was read just now, so whatever became of an earlier intent is settled.
            trail.Last = old;
        }
        else
        {
            // Somebody else's value, and the tuner goes on from it (the administrator resumed it): to put back an older
            // one would undo that person's work.
            trail.Original = old;
            trail.Last = null;
            trail.Changes = 0;
            trail.Order = record.Seq;
        }

        SetPending(trail, record);
        trail.Tuner = record.Tuner ?? "";
    }

    private void ApplyOutcome(JournalRecord record, long intent)
    {
        if (!_pending.Remove(intent, out var trail))
            return;
        var wanted = trail.Pending!.New;
        trail.Pending = null;
        if (record.Result == JournalResult.Applied)
        {
            trail.Last = record.New ?? wanted;
            trail.Changes++;
        }

        if (trail.IsEmpty)
            _trails.Remove((trail.Namespace.Id, trail.Tunable));
    }

    private void ApplyKept(JournalRecord record, JournalNamespace place, string tunable, string old)
    {
        Remove(place.Id, tunable);
        MakeRoom();
        _trails[(place.Id, tunable)] = new TunableTrail(place, tunable, record.Tuner ?? "", old, record.Seq)
        {
            Last = record.New,
            Changes = record.Changes ?? 0,
        };
    }

    private void SetPending(TunableTrail trail, JournalRecord record)
    {
        if (trail.Pending is { } earlier)
            _pending.Remove(earlier.Seq);
        trail.Pending = record;
        _pending[record.Seq] = trail;
    }

    private void Remove(NamespaceId place, string tunable)
    {
        if (_trails.Remove((place, tunable), out var trail) && trail.Pending is { } pending)
            _pending.Remove(pending.Seq);
    }

    private void MakeRoom()
    {
        if (_trails.Count < TrailCapacity)
            return;
        var oldest = _trails.Values.MinBy(t => t.Order)!;
        Remove(oldest.Namespace.Id, oldest.Tunable);
    }
}
