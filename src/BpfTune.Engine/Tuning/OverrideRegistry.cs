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
    private readonly Journal _journal;
    private readonly ITunableStore _store;
    private readonly NetworkNamespace _global;
    private readonly Func<string, ILogger> _logOf;
    private readonly Dictionary<string, List<(string Tuner, Tunable Tunable)>> _managed = [];
    private readonly Dictionary<(string Tuner, NamespaceId Namespace), List<AdministratorOverride>> _overrides = [];

    /// <summary>Takes up the overrides that the journal holds.</summary>
    /// <param name="journal">Remembers overrides.</param>
    /// <param name="store">Tells whether a reported write took effect.</param>
    /// <param name="global">Where machine-wide tunables belong.</param>
    /// <param name="logOf">The log of a tuner.</param>
    public OverrideRegistry(Journal journal, ITunableStore store, NetworkNamespace global, Func<string, ILogger> logOf)
    {
        _journal = journal;
        _store = store;
        _global = global;
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

    /// <summary>A tuner manages these from now on.</summary>
    public void Manage(string tuner, IEnumerable<Tunable> tunables)
    {
        foreach (var tunable in tunables)
        {
            var path = SysctlWrites.PathOf(tunable.Name);
            if (!_managed.TryGetValue(path, out var managers))
                _managed[path] = managers = [];
            managers.Add((tuner, tunable));
        }
    }

    /// <summary>A tuner was unloaded. Its overrides stay: they are the administrator's word, and it may come back.</summary>
    public void Unmanage(string tuner)
    {
        foreach (var managers in _managed.Values)
            managers.RemoveAll(m => m.Tuner == tuner);
    }

    /// <summary>Whether a tuner has stopped in a namespace.</summary>
    public bool IsOverridden(string tuner, NetworkNamespace networkNamespace) =>
        _overrides.ContainsKey((tuner, networkNamespace.Id));

    /// <summary>The overrides that concern a tuner.</summary>
    public IReadOnlyList<AdministratorOverride> Of(string tuner) =>
        [.. _overrides.Where(entry => entry.Key.Tuner == tuner).SelectMany(entry => entry.Value)];

    /// <summary>
    /// Considers a write that somebody else made. It counts when a tuner manages exactly that tunable, the value
    /// differs, and the kernel took it.
    /// </summary>
    /// <returns>The overrides that it makes; empty when it means nothing to us.</returns>
    public IReadOnlyList<AdministratorOverride> Observe(in SysctlWrite write)
    {
        if (!_managed.TryGetValue(SysctlWrites.PathOf(write.Name), out var managers) || managers.Count == 0)
            return [];
        var tunable = managers[0].Tunable;
        var where = tunable.Scope == TunableScope.Machine ? _global : write.Namespace;
        var log = _logOf(managers[0].Tuner);
        if (!SysctlWrites.IsChange(write.Old, write.New) || !TookEffect(tunable, where, write, log))
        {
            TuningLog.WriteWithoutEffect(log, write.Pid, tunable.Name, where.Phrase);
            return [];
        }

        var made = new List<AdministratorOverride>(managers.Count);
        foreach (var (tuner, managed) in managers)
        {
            var record = _journal.Next(JournalKind.Override) with
            {
                Tuner = tuner,
                Tunable = managed.Name,
                Namespace = JournalNamespace.Of(where),
                Old = SysctlWrites.Harmless(write.Old),
                New = SysctlWrites.Harmless(write.New),
                Pid = write.Pid,
                Command = SysctlWrites.Harmless(write.Command),
            };
            _journal.Note(record);
            var entry = new AdministratorOverride(
                tuner, managed.Name, record.Namespace, write.Pid, record.Command, record.Old, record.New, record.Time);
            if (Add(entry) && (Lines?.MayTell(where, log) ?? true))
                TuningLog.Overridden(_logOf(tuner), entry.Sentence);
            made.Add(entry);
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
            _overrides.Remove(key, out var list);
            lifted.AddRange(list!);
            TuningLog.Resumed(_logOf(tuner), tuner, list![0].Namespace.Phrase);
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
            _overrides.Remove(key);
    }

    /// <summary>False when the same tunable was set by hand there before; then only the latest write is kept.</summary>
    private bool Add(AdministratorOverride made)
    {
        var key = (made.Tuner, made.Namespace.Id);
        if (!_overrides.TryGetValue(key, out var list))
            _overrides[key] = list = [];
        var isNew = list.RemoveAll(other => other.Tunable == made.Tunable) == 0;
        list.Add(made);
        return isNew;
    }

    private bool TookEffect(Tunable tunable, NetworkNamespace where, in SysctlWrite write, ILogger log)
    {
        try
        {
            return !_store.TryRead(tunable, where, out var current) || SysctlWrites.TookEffect(write.Old, current);
        }
        catch (Exception exception) when (exception is SysctlException or NamespaceException)
        {
            // Unknown: then the report stands.
            TuningLog.NotVerified(log, exception.Message);
            return true;
        }
    }
}
