using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// What would have been done where the mode is advise, one entry for each subject, and said once each. So many entries
/// are kept of the machine's own namespaces, and as many of tenants', of whom the one with most makes room.
/// </summary>
internal sealed class AdviceBook(TimeProvider time, Func<string, ILogger> logOf, TenantLines lines, IgnoredAdvice ignored)
{
    /// <summary>Entries of the machine's own, and of all tenants together.</summary>
    internal const int Capacity = 256;

    /// <summary>Entries of one tenant.</summary>
    internal const int EachTenant = 32;

    /// <summary>Ids that were said, of namespaces that there are; past so many the rest is at debug level.</summary>
    private const int MostTold = 1024;

    private readonly Dictionary<string, Advice> _entries = [];
    private readonly Dictionary<string, NamespaceId> _told = [];

    /// <summary>All entries with their ids, the latest first.</summary>
    internal IEnumerable<KeyValuePair<string, Advice>> Entries => _entries.OrderByDescending(entry => entry.Value.Last);

    /// <summary>The entry of an id; null when there is none.</summary>
    internal Advice? Find(string id) => _entries.GetValueOrDefault(id);

    /// <summary>Takes note of what would have been done.</summary>
    /// <param name="tuner">Whose proposal it is.</param>
    /// <param name="proposal">What is wanted.</param>
    /// <param name="trial">What was counted before it; null where nothing is.</param>
    /// <param name="old">What the kernel has.</param>
    /// <param name="wanted">What would have been written.</param>
    internal void Give(string tuner, Proposal proposal, Trial? trial, TunableValue old, TunableValue wanted)
    {
        var subject = AdviceSubject.Of(tuner, proposal, old, wanted);
        var id = subject.Id();
        var now = time.GetUtcNow();
        if (!_entries.TryGetValue(id, out var known))
        {
            MakeRoom(proposal.Namespace);
            known = new Advice(subject, proposal.Tunable, proposal.Namespace, now, now, 0, old, wanted, proposal.Evidence);
        }
        else if (known.Subject != subject)
        {
            // Two subjects of one id: whoever was told of the first must not apply the second by it.
            return;
        }

        _entries[id] = known = known with
        {
            Namespace = proposal.Namespace, Counted = trial, Last = now, Count = known.Count + 1, Old = old, New = wanted, Evidence = proposal.Evidence,
        };
        if (!ignored.Contains(id))
            Tell(id, known);
    }

    /// <summary>It was done: what comes after it is news.</summary>
    internal void Done(string id)
    {
        _entries.Remove(id);
        _told.Remove(id);
    }

    /// <summary>Keeps what holds still.</summary>
    internal void Keep(Func<Advice, bool> holds)
    {
        foreach (var (id, _) in _entries.Where(entry => !holds(entry.Value)).ToArray())
            _entries.Remove(id);
    }

    /// <summary>Drops what is about a namespace that is gone; another one of its name is news.</summary>
    internal void NamespaceGone(NetworkNamespace gone)
    {
        Keep(advice => advice.Namespace.Id != gone.Id);
        foreach (var (id, _) in _told.Where(told => told.Value == gone.Id).ToArray())
            _told.Remove(id);
    }

    private void Tell(string id, Advice advice)
    {
        if (_told.ContainsKey(id))
            return;
        var log = logOf(advice.Subject.Tuner);
        var text = ChangeText.Advice(advice);
        if (_told.Count >= MostTold)
        {
            TuningLog.AdvisedQuietly(log, id, text);
            return;
        }

        _told.Add(id, advice.Namespace.Id);
        if (lines.MayTell(advice.Namespace, log))
            TuningLog.Advised(log, id, text);
        else
            TuningLog.AdvisedQuietly(log, id, text);
    }

    private void MakeRoom(NetworkNamespace where)
    {
        if (!where.IsTenant)
        {
            DropOldest(advice => !advice.Namespace.IsTenant, Capacity);
            return;
        }

        DropOldest(advice => advice.Namespace.IsTenant && advice.Namespace.Owner == where.Owner, EachTenant);
        var tenants = _entries.Values.Where(advice => advice.Namespace.IsTenant).ToArray();
        if (tenants.Length < Capacity)
            return;
        // As with changes: whoever has most gives.
        var largest = tenants.CountBy(advice => advice.Namespace.Owner).MaxBy(owner => owner.Value);
        DropOldest(advice => advice.Namespace.IsTenant && advice.Namespace.Owner == largest.Key, largest.Value);
    }

    private void DropOldest(Func<Advice, bool> concerns, int most)
    {
        var theirs = _entries.Where(entry => concerns(entry.Value)).ToArray();
        if (theirs.Length >= most)
            _entries.Remove(theirs.MinBy(entry => entry.Value.Last).Key);
    }
}
