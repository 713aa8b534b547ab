using BpfTune.Engine.Namespaces;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// Puts back what was there before the first change, from the journal alone: the daemon that made the changes may have
/// been killed. A value that somebody else has set since is left alone. Doing it twice does it once.
/// </summary>
public sealed class Rollback
{
    private readonly Journal _journal;
    private readonly ITunableStore _store;
    private readonly Func<NamespaceId, NetworkNamespace?> _find;
    private readonly Lazy<HashSet<string>> _managed;
    private readonly ILogger _log;

    /// <summary>Rolls back on this machine.</summary>
    /// <param name="journal">What was changed.</param>
    /// <param name="store">The kernel's values.</param>
    /// <param name="namespaces">Leads to them.</param>
    /// <param name="managed">Tunables of the tuners installed; asked for when the journal does not name one.</param>
    /// <param name="log">Told of each value.</param>
    public Rollback(
        Journal journal, ITunableStore store, NamespaceRegistry namespaces, Func<IEnumerable<string>> managed, ILogger log)
        : this(journal, store, id => namespaces.Resolve(id.Inode, id.Cookie, 0), managed, log) =>
        namespaces.Refresh();

    internal Rollback(Journal journal, ITunableStore store, Func<NamespaceId, NetworkNamespace?> find, Func<IEnumerable<string>> managed, ILogger log)
    {
        _managed = new Lazy<HashSet<string>>(() => [.. managed()]);
        _journal = journal;
        _store = store;
        _find = find;
        _log = log;
    }

    /// <summary>Puts everything back, the latest first change first.</summary>
    /// <param name="preview">Only say what would be done.</param>
    public IReadOnlyList<RollbackEntry> Run(bool preview = false) => [.. Steps(preview)];

    /// <summary>The same, a value with each step of the enumeration.</summary>
    /// <param name="preview">Only say what would be done.</param>
    public IEnumerable<RollbackEntry> Steps(bool preview = false)
    {
        // Said each time, for as long as it may matter: until the next boot.
        foreach (var damage in _journal.Damage.Select(RollbackEntry.OfDamage).ToArray())
            yield return damage;
        foreach (var trail in _journal.State.Trails.OrderByDescending(trail => trail.Order).ToArray())
        {
            var entry = Undo(trail, preview);
            if (!preview)
                Record(trail, entry);
            yield return entry;
        }
    }

    /// <summary>What to do about a value found: a pure decision.</summary>
    internal static RollbackOutcome Decide(TunableTrail trail, string current)
    {
        if (current == trail.Original && !trail.IsOriginalUnknown)
            return RollbackOutcome.Unchanged;
        if (!trail.IsOurs(current))
            return RollbackOutcome.Left;
        return trail.IsOriginalUnknown ? RollbackOutcome.Unknown : RollbackOutcome.Restored;
    }

    private RollbackEntry Undo(TunableTrail trail, bool preview)
    {
        if (!TunableName.IsPlain(trail.Tunable) || !(_journal.State.IsManaged(trail.Tunable) || _managed.Value.Contains(trail.Tunable)))
            return Entry(trail, null, RollbackOutcome.Refused, null);
        if (_find(trail.Namespace.Id) is not { } networkNamespace)
            return Entry(trail, null, Lost(trail), null);
        var tunable = new Tunable(trail.Tunable, TunableScope.Namespace, TunableUnit.Text, "");
        string? found = null;
        var outcome = RollbackOutcome.Failed;
        try
        {
            _store.Update(tunable, networkNamespace, current =>
            {
                found = current.Text;
                outcome = Decide(trail, found);
                if (outcome == RollbackOutcome.Restored && preview)
                    outcome = RollbackOutcome.WouldRestore;
                return outcome == RollbackOutcome.Restored ? TunableValue.Parse(trail.Original) : null;
            });
            return Entry(trail, found, outcome, null);
        }
        catch (NamespaceGoneException)
        {
            return Entry(trail, found, Lost(trail), null);
        }
        catch (Exception exception) when (exception is SysctlException or NamespaceException)
        {
            return Entry(trail, found, RollbackOutcome.Failed, exception.Message);
        }
    }

    private RollbackOutcome Lost(TunableTrail trail) =>
        _journal.HasEnded(trail.Namespace.Id) ? RollbackOutcome.Gone : RollbackOutcome.Unreachable;

    private void Record(TunableTrail trail, RollbackEntry entry)
    {
        if (entry.Outcome is RollbackOutcome.Restored or RollbackOutcome.Unchanged or RollbackOutcome.Gone)
            TuningLog.RolledBack(_log, entry.Text);
        else
            TuningLog.NotRolledBack(_log, entry.Text);

        // Nothing was found out about these.
        if (entry.Outcome is RollbackOutcome.Unreachable or RollbackOutcome.Unknown or RollbackOutcome.Refused)
            return;
        _journal.Note(_journal.Next(JournalKind.Rollback) with
        {
            Tuner = trail.Tuner,
            Tunable = trail.Tunable,
            Namespace = trail.Namespace,
            Old = entry.From,
            New = entry.Outcome is RollbackOutcome.Restored or RollbackOutcome.Unchanged ? entry.To : null,
            Result = entry.Outcome switch
            {
                RollbackOutcome.Left => JournalResult.Left,
                RollbackOutcome.Gone => JournalResult.Gone,
                RollbackOutcome.Failed => JournalResult.Failed,
                _ => JournalResult.Restored,
            },
            Evidence = entry.Outcome == RollbackOutcome.Failed ? entry.Text : null,
        });
    }

    private static RollbackEntry Entry(TunableTrail trail, string? found, RollbackOutcome outcome, string? failure) => new(
        trail.Tunable, trail.Namespace, found, trail.Original, outcome, failure ?? RollbackText.Describe(trail, found, outcome));
}
