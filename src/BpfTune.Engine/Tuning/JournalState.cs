using BpfTune.Engine.Namespaces;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// What the journal's lines add up to for one boot. A pure fold: the same lines give the same state. It forgets nothing
/// by itself: a first value goes when it has been put back, or when its namespace is proved to be gone.
/// </summary>
public sealed class JournalState
{
    /// <summary>
    /// Trails in the machine's own namespaces that are remembered at the most, the host's always. What does not fit is not
    /// tuned, and pushes nothing out.
    /// </summary>
    internal const int TrailCapacity = 16_384;

    /// <summary>The same of one tenant: as many namespaces as are tuned for one, with a dozen settings in each.</summary>
    internal const int EachTenantsTrails = 12 * TenantShares.Each;

    /// <summary>And of all tenants together.</summary>
    internal const int TenantsTrails = 12 * TenantShares.All;

    private readonly string _boot;
    private readonly Dictionary<(NamespaceId Namespace, string Tunable), TunableTrail> _trails = [];
    private readonly Dictionary<NamespaceId, List<TunableTrail>> _byPlace = [];
    private readonly Dictionary<uint, List<NamespaceId>> _sharers = [];
    private readonly Dictionary<long, TunableTrail> _pending = [];
    private readonly Dictionary<(string Tuner, NamespaceId Namespace, string Tunable), JournalRecord> _overrides = [];
    private readonly SortedSet<string> _managed = new(StringComparer.Ordinal);
    private readonly List<JournalRecord> _damage = [];
    private readonly TenantShares _shares = new(EachTenantsTrails, TenantsTrails, TrailCapacity);

    internal JournalState(string boot) => _boot = boot;

    /// <summary>Tunables that may differ from what was there before us.</summary>
    public IReadOnlyCollection<TunableTrail> Trails => _trails.Values;

    /// <summary>Overrides in force.</summary>
    public IReadOnlyCollection<JournalRecord> Overrides => _overrides.Values;

    /// <summary>Tunables that tuners manage, of whatever boot.</summary>
    public IReadOnlyCollection<string> Managed => _managed;

    /// <summary>What was found damaged in this boot, a sentence each, with what it costs.</summary>
    public IEnumerable<string> Damage => _damage.Select(record => record.Evidence ?? "the journal was damaged");

    /// <summary>
    /// Whether the value found before a first change is the first one: false once lines are missing, which may have told
    /// of changes of ours before it.
    /// </summary>
    internal bool IsSound { get; set; } = true;

    /// <summary>The trail of a tunable; null when nothing is to be undone there.</summary>
    public TunableTrail? Find(NamespaceId networkNamespace, string tunable) =>
        _trails.GetValueOrDefault((networkNamespace, tunable));

    /// <summary>The trail that an intent without an outcome belongs to.</summary>
    internal TunableTrail? PendingOf(long intent) => _pending.GetValueOrDefault(intent);

    /// <summary>Takes over what another one knows to be managed.</summary>
    internal void TakeManaged(JournalState other) => _managed.UnionWith(other._managed);

    /// <summary>Whether a rollback may touch it as far as this journal goes.</summary>
    internal bool IsManaged(string tunable) => _managed.Contains(tunable);

    internal void Apply(JournalRecord record)
    {
        if (record is { Kind: JournalKind.Header or JournalKind.Managed, Tunables: { } tunables })
            _managed.UnionWith(tunables);
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
            case { Kind: JournalKind.Kept, Namespace: { } place, Tunable: { } tunable }:
                ApplyKept(record, place, tunable);
                break;
            case { Kind: JournalKind.Trial, Namespace: { } place, Tunable: { } tunable }:
                if (_trails.TryGetValue((place.Id, tunable), out var tried))
                    tried.Rest = record.Result is JournalResult.NoDifference or JournalResult.Harm ? record : null;
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
            case { Kind: JournalKind.Damage }:
                _damage.Add(record);
                IsSound = false;
                break;
        }
    }

    /// <summary>Whether anything is remembered of a namespace.</summary>
    internal bool Knows(NamespaceId networkNamespace) =>
        _byPlace.ContainsKey(networkNamespace) || _overrides.Keys.Any(k => k.Namespace == networkNamespace);

    /// <summary>
    /// Whose share is full, that no other trail may begin there; null when there is room. The host's own tunables are as
    /// many as the tuners manage; those of other namespaces are as many as users like.
    /// </summary>
    internal NamespaceOwner? WhoseIsFull(NetworkNamespace networkNamespace, string tunable) =>
        networkNamespace.IsGlobal || _trails.ContainsKey((networkNamespace.Id, tunable)) ? null : _shares.WhoseIsFull(networkNamespace.Owner);

    /// <summary>The namespaces with trails.</summary>
    internal IEnumerable<JournalNamespace> Places => _byPlace.Values.Select(trails => trails[0].Namespace);

    /// <summary>
    /// Remembered namespaces that had this one's inode number and another cookie. The kernel gives a number to one
    /// namespace at a time: they have ended.
    /// </summary>
    internal IEnumerable<NamespaceId> EarlierHoldersOf(NamespaceId id) =>
        id.Cookie != 0 && _sharers.TryGetValue(id.Inode, out var sharers)
            ? sharers.Where(other => other.Cookie != 0 && other != id).ToArray()
            : [];

    /// <summary>What a trail's namespace was called.</summary>
    internal JournalNamespace Place(NamespaceId id) =>
        _byPlace.TryGetValue(id, out var trails) ? trails[0].Namespace : new JournalNamespace(id.Inode, id.Cookie, "");

    /// <summary>The fewest lines that, behind a header with <see cref="Managed"/>, give this state.</summary>
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
                    Old = trail.IsOriginalUnknown ? null : trail.Original,
                    New = trail.Last,
                    Changes = trail.Changes,
                };
            }

            if (trail.Pending is { } pending)
                yield return pending;
            if (trail.Rest is { } rest)
                yield return rest;
        }

        foreach (var record in _damage.Concat(_overrides.Values.OrderBy(r => r.Seq)))
            yield return record;
    }

    private void Forget(NamespaceId networkNamespace)
    {
        foreach (var trail in _byPlace.GetValueOrDefault(networkNamespace)?.ToArray() ?? [])
            Remove(networkNamespace, trail.Tunable);
        foreach (var key in _overrides.Keys.Where(k => k.Namespace == networkNamespace).ToArray())
            _overrides.Remove(key);
    }

    private static bool IsWithin(JournalNamespace? place, NamespaceId id) => place is null || place.Id == id;

    private void ApplyIntent(JournalRecord record, JournalNamespace place, string tunable, string old)
    {
        if (!_trails.TryGetValue((place.Id, tunable), out var trail))
        {
            trail = Add(new TunableTrail(place, tunable, record.Tuner ?? "", old, record.Seq) { IsOriginalUnknown = !IsSound });
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
            trail.IsOriginalUnknown = !IsSound;
            trail.Last = null;
            trail.Changes = 0;
            trail.Order = record.Seq;
        }

        if (record.First is { } first && first != trail.Original)
        {
            // Lines are missing before this one; it says itself what they said.
            trail.Original = first;
            trail.IsOriginalUnknown = false;
            trail.Last = old;
        }

        SetPending(trail, record);
        trail.Tuner = record.Tuner ?? "";
    }

    private void ApplyOutcome(JournalRecord record, long intent)
    {
        if (!_pending.Remove(intent, out var trail))
        {
            ApplyOrphan(record, intent);
            return;
        }

        var wanted = trail.Pending!.New;
        trail.Pending = null;
        if (record.Result == JournalResult.Applied)
        {
            trail.Last = record.New ?? wanted;
            trail.Changes++;
        }

        if (trail.IsEmpty)
            Remove(trail.Namespace.Id, trail.Tunable);
    }

    /// <summary>An outcome whose intent is missing says all that is needed by itself.</summary>
    private void ApplyOrphan(JournalRecord record, long intent)
    {
        if (record is not { Line: not null, Result: JournalResult.Applied, Namespace: { } place, Tunable: { } tunable, First: { } first, New: { } last })
            return;
        if (!_trails.TryGetValue((place.Id, tunable), out var trail))
            trail = Add(new TunableTrail(place, tunable, record.Tuner ?? "", first, intent));
        if (trail.Pending is { } pending)
            _pending.Remove(pending.Seq);
        trail.Pending = null;
        trail.Original = first;
        trail.IsOriginalUnknown = false;
        trail.Last = last;
        trail.Changes++;
    }

    private void ApplyKept(JournalRecord record, JournalNamespace place, string tunable)
    {
        Remove(place.Id, tunable);
        Add(new TunableTrail(place, tunable, record.Tuner ?? "", record.Old ?? "", record.Seq)
        {
            IsOriginalUnknown = record.Old is null,
            Last = record.New,
            Changes = record.Changes ?? 0,
        });
    }

    private void SetPending(TunableTrail trail, JournalRecord record)
    {
        if (trail.Pending is { } earlier)
            _pending.Remove(earlier.Seq);
        trail.Pending = record;
        _pending[record.Seq] = trail;
    }

    private TunableTrail Add(TunableTrail trail)
    {
        var id = trail.Namespace.Id;
        _trails.Add((id, trail.Tunable), trail);
        _shares.Take(trail.Namespace.Whose);
        if (_byPlace.TryGetValue(id, out var others))
        {
            others.Add(trail);
            return trail;
        }

        _byPlace.Add(id, [trail]);
        if (!_sharers.TryGetValue(id.Inode, out var sharers))
            _sharers.Add(id.Inode, sharers = []);
        sharers.Add(id);
        return trail;
    }

    private void Remove(NamespaceId place, string tunable)
    {
        if (!_trails.Remove((place, tunable), out var trail))
            return;
        _shares.Give(trail.Namespace.Whose);
        if (trail.Pending is { } pending)
            _pending.Remove(pending.Seq);
        var others = _byPlace[place];
        others.Remove(trail);
        if (others.Count > 0)
            return;
        _byPlace.Remove(place);
        var sharers = _sharers[place.Inode];
        sharers.Remove(place);
        if (sharers.Count == 0)
            _sharers.Remove(place.Inode);
    }
}
