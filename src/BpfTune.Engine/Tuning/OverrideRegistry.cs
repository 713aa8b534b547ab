using BpfTune.Engine.Namespaces;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// Who tunes what, and where an administrator has said otherwise. A tuner stops in the namespace where one of its
/// tunables was set by hand, and only there; the journal remembers it over a restart within the same boot.
/// </summary>
public sealed class OverrideRegistry
{
    /// <summary>
    /// Settings of one tenant that are remembered at the most, one for each tuner that they stop; then his namespaces are
    /// tuned no more.
    /// </summary>
    internal const int EachTenants = 8 * TenantShares.Each;

    /// <summary>The same of all tenants together.</summary>
    internal const int Tenants = 8 * TenantShares.All;

    /// <summary>And in the machine's own namespaces but the host's own, where there are no more than tunables.</summary>
    internal const int Machines = 16_384;

    private readonly Journal _journal;
    private readonly Func<string, ILogger> _logOf;
    private readonly Dictionary<string, List<(string Tuner, Tunable Tunable)>> _managed = [];
    private readonly Dictionary<(string Tuner, NamespaceId Namespace), List<AdministratorOverride>> _overrides = [];
    private readonly TenantShares _shares = new(EachTenants, Tenants, Machines);

    /// <summary>Takes up the overrides that the journal holds.</summary>
    /// <param name="journal">Remembers overrides.</param>
    /// <param name="logOf">The log of a tuner.</param>
    public OverrideRegistry(Journal journal, Func<string, ILogger> logOf)
    {
        _journal = journal;
        _logOf = logOf;
        foreach (var record in journal.State.Overrides)
        {
            Add(new AdministratorOverride(
                record.Tuner!, record.Tunable!, record.Namespace!, record.Pid ?? 0, record.Command ?? "",
                record.Old ?? "", record.New ?? "", record.Time));
        }
    }

    /// <summary>How much of the log tenants get; null lets them have all of it.</summary>
    public TenantLines? Lines { get; init; }

    /// <summary>All overrides in force.</summary>
    public IReadOnlyList<AdministratorOverride> All => [.. _overrides.Values.SelectMany(list => list)];

    /// <summary>Told when a tunable has got its first manager.</summary>
    internal Action<Tunable>? Managed { get; set; }

    /// <summary>Told the path below /proc/sys of a tunable that has lost its last manager.</summary>
    internal Action<string>? Unmanaged { get; set; }

    /// <summary>What the loaded tuners manage, each once.</summary>
    internal IEnumerable<Tunable> ManagedTunables => _managed.Values.Where(m => m.Count > 0).Select(m => m[0].Tunable);

    /// <summary>A tuner manages these from now on.</summary>
    public void Manage(string tuner, IEnumerable<Tunable> tunables)
    {
        var all = tunables.ToArray();
        _journal.Manage(all.Select(tunable => tunable.Name));
        foreach (var tunable in all)
        {
            var path = SysctlWrites.PathOf(tunable.Name);
            if (!_managed.TryGetValue(path, out var managers))
                _managed[path] = managers = [];
            managers.Add((tuner, tunable));
            if (managers.Count == 1)
                Managed?.Invoke(tunable);
        }
    }

    /// <summary>A tuner was unloaded. Its overrides stay: they are the administrator's word, and it may come back.</summary>
    public void Unmanage(string tuner)
    {
        foreach (var (path, managers) in _managed)
        {
            if (managers.RemoveAll(m => m.Tuner == tuner) > 0 && managers.Count == 0)
                Unmanaged?.Invoke(path);
        }
    }

    /// <summary>The managed tunable at a path below /proc/sys; null when no loaded tuner manages it.</summary>
    internal Tunable? FindManaged(string path) =>
        _managed.TryGetValue(path, out var managers) && managers.Count > 0 ? managers[0].Tunable : null;

    /// <summary>What a tuner manages.</summary>
    internal IEnumerable<Tunable> TunablesOf(string tuner) =>
        _managed.Values.SelectMany(m => m).Where(m => m.Tuner == tuner).Select(m => m.Tunable);

    /// <summary>Whether a tuner has stopped in a namespace.</summary>
    public bool IsOverridden(string tuner, NetworkNamespace networkNamespace) =>
        _overrides.ContainsKey((tuner, networkNamespace.Id))
        || (!networkNamespace.IsGlobal && _overrides.ContainsKey((tuner, JournalNamespace.IdOfAll(networkNamespace.Owner))))
        || (networkNamespace.IsTenant && _overrides.ContainsKey((tuner, JournalNamespace.IdOfAll(NamespaceOwner.Unknown))));

    /// <summary>The overrides that concern a tuner.</summary>
    public IReadOnlyList<AdministratorOverride> Of(string tuner) =>
        [.. _overrides.Where(entry => entry.Key.Tuner == tuner).SelectMany(entry => entry.Value)];

    /// <summary>Somebody has set a tunable: all tuners that manage it stop there.</summary>
    /// <param name="tunable">What was set.</param>
    /// <param name="where">Where; the global namespace for a machine-wide one.</param>
    /// <param name="pid">Who; 0 when nobody was seen.</param>
    /// <param name="command">That process's program; empty when nobody was seen.</param>
    /// <param name="old">The value before; empty when unknown.</param>
    /// <param name="value">The value that stands.</param>
    /// <returns>The overrides that this makes.</returns>
    internal IReadOnlyList<AdministratorOverride> Stop(
        Tunable tunable, NetworkNamespace where, uint pid, string command, string old, string value)
    {
        var made = new List<AdministratorOverride>();
        foreach (var (tuner, managed) in _managed.GetValueOrDefault(SysctlWrites.PathOf(tunable.Name)) ?? [])
        {
            // What does not fit stops the tuner in all that may be meant, which is safe and takes no room.
            var whose = IsKnown(tuner, managed, where) || where.IsGlobal ? null : _shares.WhoseIsFull(where.Owner);
            var record = _journal.Next(JournalKind.Override) with
            {
                Tuner = tuner,
                Tunable = whose is null ? managed.Name : "",
                Namespace = whose is { } full ? JournalNamespace.AllOf(full) : JournalNamespace.Of(where),
                Old = SysctlWrites.Harmless(old),
                New = SysctlWrites.Harmless(value),
                Pid = pid,
                Command = SysctlWrites.Harmless(command),
            };
            var entry = new AdministratorOverride(
                tuner, record.Tunable, record.Namespace, pid, record.Command, record.Old, record.New, record.Time);
            made.Add(entry);

            // What was said is not said again, however often it is repeated: neither in the log nor in the journal.
            if (!Add(entry))
                continue;
            _journal.Note(record);
            if (entry.IsOfAll || (Lines?.MayTell(where, _logOf(tuner)) ?? true))
                TuningLog.Overridden(_logOf(tuner), entry.Sentence);
        }

        return made;
    }

    /// <summary>Lets a tuner tune again, in one namespace or in all.</summary>
    /// <returns>The overrides lifted.</returns>
    public IReadOnlyList<AdministratorOverride> Resume(string tuner, NetworkNamespace? networkNamespace = null)
    {
        var keys = _overrides.Keys
            .Where(key => key.Tuner == tuner && (networkNamespace is null || key.Namespace == networkNamespace.Id))
            .ToArray();
        if (keys.Length == 0)
            return [];
        var lifted = new List<AdministratorOverride>();
        foreach (var key in keys)
        {
            var list = Remove(key);
            lifted.AddRange(list);
            TuningLog.Resumed(_logOf(tuner), tuner, list[0].Namespace.Phrase);
        }

        _journal.Note(_journal.Next(JournalKind.Resume) with
        {
            Tuner = tuner,
            Namespace = networkNamespace is null ? null : JournalNamespace.Of(networkNamespace),
        });
        return lifted;
    }

    /// <summary>Drops what concerns a namespace that is gone (the journal does so itself).</summary>
    public void NamespaceGone(NetworkNamespace networkNamespace)
    {
        foreach (var key in _overrides.Keys.Where(key => key.Namespace == networkNamespace.Id).ToArray())
            Remove(key);
    }

    private List<AdministratorOverride> Remove((string Tuner, NamespaceId Namespace) key)
    {
        _overrides.Remove(key, out var list);
        if (!list![0].IsOfAll)
            _shares.Give(list[0].Namespace.Whose, list.Count);
        return list;
    }

    private bool IsKnown(string tuner, Tunable tunable, NetworkNamespace where) =>
        _overrides.TryGetValue((tuner, where.Id), out var list) && list.Exists(one => one.Tunable == tunable.Name);

    /// <summary>False when the same tunable was set by hand there before; then only the latest that is known of it is kept.</summary>
    private bool Add(AdministratorOverride made)
    {
        var key = (made.Tuner, made.Namespace.Id);
        if (!_overrides.TryGetValue(key, out var list))
            _overrides[key] = list = [];
        var earlier = list.FindIndex(other => other.Tunable == made.Tunable);
        if (earlier < 0)
        {
            list.Add(made);
            if (!made.IsOfAll)
                _shares.Take(made.Namespace.Whose);
        }
        else if (made.Pid != 0 || list[earlier].New != made.New)
        {
            list[earlier] = made;
        }

        return earlier < 0;
    }
}
