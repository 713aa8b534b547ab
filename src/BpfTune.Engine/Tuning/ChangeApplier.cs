using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Words;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// The one writer: takes a proposal through policy, trial, journal, kernel and log. Called from the engine's loop thread.
/// </summary>
public sealed class ChangeApplier
{
    /// <summary>After the kernel has refused a change, none is tried for that tunable in that namespace for so long.</summary>
    public static readonly TimeSpan BackOff = TimeSpan.FromMinutes(1);

    private const int WarningCapacity = 1024;

    private readonly Journal _journal;
    private readonly ITunableStore _store;
    private readonly OverrideRegistry _overrides;
    private readonly WordWatch _words;
    private readonly ChangeLog _changes;
    private readonly TimeProvider _time;
    private readonly Func<string, ILogger> _logOf;
    private readonly MoveHistory _moves;
    private readonly Dictionary<string, ProposalCounts> _counts = [];
    private readonly Dictionary<(NamespaceId Namespace, string Tunable), long> _refusedAt = [];
    private readonly HashSet<string> _warned = [];
    private readonly HashSet<string> _toldNotTheirs = [];
    private readonly TenantLines _lines;
    private readonly MemoryLimit _memory;
    private readonly Trials _trials;

    /// <summary>Puts the parts together.</summary>
    internal ChangeApplier(
        Journal journal,
        ITunableStore store,
        OverrideRegistry overrides,
        WordWatch words,
        ChangeLog changes,
        TimeProvider time,
        Func<TimeSpan, Action, IDisposable> after,
        Func<string, ILogger> logOf,
        Func<string, Effect, NetworkNamespace, EffectReading?> readEffect,
        TenantLines? lines = null,
        Func<long>? availablePages = null)
    {
        _journal = journal;
        _store = store;
        _overrides = overrides;
        _words = words;
        _changes = changes;
        _time = time;
        _logOf = logOf;
        _moves = new MoveHistory(time);
        _lines = lines ?? new TenantLines(time);
        _memory = new MemoryLimit(availablePages ?? BufferMemory.AvailablePages, Environment.SystemPageSize);
        _trials = new Trials(readEffect, journal, after, time, logOf) { PutBack = PutBack, Lines = _lines };
    }

    /// <summary>Whether what is seen of tenants may move settings of the whole machine.</summary>
    public bool TenantsMoveMachine { get; init; }

    /// <summary>What the administrator's settings let pass; null where there are none.</summary>
    internal RuleGate? Gate { get; init; }

    /// <summary>What became of a tuner's proposals.</summary>
    public ProposalCounts CountsOf(string tuner)
    {
        if (!_counts.TryGetValue(tuner, out var counts))
            _counts.Add(tuner, counts = new ProposalCounts());
        return counts;
    }

    /// <summary>Applies a proposal if the policy lets it pass.</summary>
    public ProposalOutcome Propose(string tuner, Proposal proposal) => Propose(tuner, proposal, default);

    /// <summary>The same for one that is made upon certain evidence: a tenant's moves nothing but that tenant's.</summary>
    internal ProposalOutcome Propose(string tuner, Proposal proposal, Evidence evidence)
    {
        ProposalOutcome outcome;
        if (evidence.WhyNot(proposal, TenantsMoveMachine) is { } reason)
        {
            TuningLog.Kept(_logOf(tuner), proposal.Tunable.Name, proposal.Namespace.Phrase, proposal.Scenario, reason);
            TellNotTheirs(tuner, evidence.Owner);
            outcome = ProposalOutcome.NotTheirs;
        }
        else
        {
            outcome = Change(tuner, proposal, evidence.Namespace ?? proposal.Namespace);
        }

        CountsOf(tuner).Add(outcome);
        return outcome;
    }

    /// <summary>How a tunable stands that is on trial, or whose raises rest; null when neither.</summary>
    internal string? StandingOf(Tunable tunable, NamespaceId place) => _trials.StandingOf(tunable, place);

    /// <summary>A tuner is stopped: what of its raises is not yet known to help is taken back.</summary>
    internal void TunerStopped(string tuner) => _trials.TunerStopped(tuner);

    /// <summary>The first value was put back: there is nothing left to judge.</summary>
    internal void PutBackByOrder(string tunable, NamespaceId place) => _trials.End(tunable, place, "ended: put back by order");

    /// <summary>Says once for each tuner that a tenant's events are of no account for the machine.</summary>
    internal void TellNotTheirs(string tuner, NamespaceOwner owner)
    {
        if (_toldNotTheirs.Add(tuner))
            TuningLog.NotTheirs(_logOf(tuner), owner);
    }

    /// <summary>Drops what is remembered of a namespace that is gone, here and in the parts that this was given.</summary>
    public void NamespaceGone(NetworkNamespace networkNamespace)
    {
        _changes.NamespaceGone(networkNamespace);
        if (_journal.NamespaceGone(networkNamespace))
        {
            _overrides.NamespaceGone(networkNamespace);
            _words.NamespaceGone(networkNamespace);
        }

        _trials.NamespaceGone(networkNamespace.Id);
        _moves.Forget(networkNamespace.Id);
        _memory.Forget(networkNamespace.Id);
        foreach (var key in _refusedAt.Keys.Where(key => key.Namespace == networkNamespace.Id).ToArray())
            _refusedAt.Remove(key);
    }

    private ProposalOutcome Change(string tuner, Proposal proposal, NetworkNamespace observed)
    {
        _words.Process();
        if (Refusal(tuner, proposal) is { } refusal)
            return refusal;
        if (Gate?.IsClosed(proposal) == true)
            return ProposalOutcome.NotWanted;
        var admission = _trials.Admit(tuner, proposal, observed);
        if (admission.Refused is { } refused)
        {
            // An order is carried out all the same, and measured against what was counted when it was advised.
            if (Gate is { IsOrder: true } gate)
                return Change(tuner, proposal, _trials.Begin(tuner, proposal, gate.Counted));
            TuningLog.Kept(_logOf(tuner), proposal.Tunable.Name, proposal.Namespace.Phrase, proposal.Scenario, admission.Reason);
            return refused;
        }

        return Change(tuner, admission.Proposal, admission.Trial);
    }

    /// <summary>What has to come before it first, and nothing more where that cannot be had in full.</summary>
    private ProposalOutcome Change(string tuner, Proposal proposal, Trial? trial)
    {
        if (proposal.Before is { } before)
        {
            var outcome = Refusal(tuner, before) ?? Change(tuner, before, trial);
            if (outcome != ProposalOutcome.Applied)
                return outcome;
            if (_store.TryRead(before.Tunable, before.Namespace, out var reached) && !reached.Equals(before.New))
                return ProposalOutcome.Unchanged;
        }

        return Write(tuner, proposal, trial);
    }

    /// <summary>A value of a trial that did not help, as it was before. His word counts here too, and so does what anybody has set since.</summary>
    private ProposalOutcome PutBack(Trial trial, TrialStep step, string why)
    {
        var proposal = new Proposal(step.Tunable, step.Place, step.After, step.Before, "raise_taken_back", why);
        _words.Process();
        return Refusal(trial.Tuner, proposal) ?? Write(trial.Tuner, proposal, trial, isTakeBack: true);
    }

    /// <summary>Why nothing may be written there now, whatever it is; null when it may.</summary>
    private ProposalOutcome? Refusal(string tuner, Proposal proposal)
    {
        if (_overrides.IsOverridden(tuner, proposal.Namespace))
            return ProposalOutcome.Overridden;
        if (_refusedAt.TryGetValue((proposal.Namespace.Id, proposal.Tunable.Name), out var at) && _time.GetElapsedTime(at) < BackOff)
            return ProposalOutcome.Failed;
        return _words.MustWait(proposal.Tunable, proposal.Namespace) ? ProposalOutcome.CoolingDown : null;
    }

    private ProposalOutcome Write(string tuner, Proposal proposal, Trial? trial, bool isTakeBack = false)
    {
        var key = (proposal.Namespace.Id, proposal.Tunable.Name);
        var decision = default(PolicyDecision);
        long? intent = null;
        try
        {
            var update = _store.Update(proposal.Tunable, proposal.Namespace, current =>
            {
                if (!_words.IsExpected(proposal.Tunable, proposal.Namespace, current))
                {
                    decision = PolicyDecision.Refuse(
                        ProposalOutcome.CoolingDown, $"somebody else has set it to '{current.Text}', perhaps for good");
                    return null;
                }

                // What is taken back goes the other way at once.
                decision = Policy.Decide(
                    proposal, current, isOverridden: false, isTakeBack ? [] : _moves.Of(proposal.Namespace.Id, proposal.Tunable.Name));
                decision = _memory.Clip(decision, proposal.Tunable, proposal.Namespace, current);
                // Nor does a mode or a limit keep it: it goes back to what was there before.
                if (!isTakeBack)
                    decision = Gate?.Pass(tuner, proposal, trial, current, decision) ?? decision;
                if (decision.Value is { } value)
                    intent = _journal.Intent(tuner, proposal, current, value);
                return decision.Value;
            });
            if (intent is { } number)
                Applied(tuner, proposal, update, number, trial, isTakeBack);
            else
                TuningLog.Kept(_logOf(tuner), proposal.Tunable.Name, proposal.Namespace.Phrase, proposal.Scenario, decision.Reason);
            _refusedAt.Remove(key);
            return decision.Outcome;
        }
        catch (JournalException)
        {
            // The journal has said so itself, once.
            return ProposalOutcome.Failed;
        }
        catch (NamespaceGoneException exception)
        {
            if (intent is { } number)
                _journal.Outcome(number, null, exception.Message);
            WarnGone(tuner, proposal, exception);
            return ProposalOutcome.Failed;
        }
        catch (Exception exception) when (exception is SysctlException or NamespaceException)
        {
            if (intent is { } number)
                _journal.Outcome(number, null, exception.Message);
            _refusedAt[key] = _time.GetTimestamp();
            Warn(tuner, proposal, exception);
            return ProposalOutcome.Failed;
        }
    }

    private void Applied(string tuner, Proposal proposal, TunableUpdate update, long intent, Trial? trial, bool isTakeBack)
    {
        var after = _words.Wrote(proposal.Tunable, proposal.Namespace, update);
        _journal.Outcome(intent, after, null);
        _moves.Record(proposal.Namespace.Id, proposal.Tunable.Name, update.Before, after, proposal.Scenario);
        _memory.Record(proposal.Tunable, proposal.Namespace, update.Before, after);
        if (trial is not null && !isTakeBack)
            _trials.Made(trial, proposal, update.Before, after);
        _changes.Add(new Change(
            _time.GetUtcNow(), tuner, proposal.Tunable, proposal.Namespace, update.Before, after,
            proposal.Scenario, proposal.Evidence) { Standing = trial?.Standing });
    }

    private void Warn(string tuner, Proposal proposal, Exception exception)
    {
        if (IsFirst($"{tuner}/{exception.Message}") && _lines.MayTell(proposal.Namespace, _logOf(tuner)))
            TuningLog.Refused(_logOf(tuner), exception.Message, (int)BackOff.TotalSeconds);
        else
            TuningLog.RefusedAgain(_logOf(tuner), exception.Message);
    }

    /// <summary>Namespaces come and go: that one was too quick is worth a line, not one for each of a thousand.</summary>
    private void WarnGone(string tuner, Proposal proposal, NamespaceGoneException exception)
    {
        if (IsFirst($"{tuner}/gone"))
            TuningLog.Vanished(_logOf(tuner), exception.Message, proposal.Tunable.Name);
        else
            TuningLog.RefusedAgain(_logOf(tuner), exception.Message);
    }

    private bool IsFirst(string subject)
    {
        if (_warned.Count >= WarningCapacity)
            _warned.Clear();
        return _warned.Add(subject);
    }
}
