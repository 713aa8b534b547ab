using System.Globalization;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// All trials that are under way, one for each tunable and place. Timers only while something is to be judged: a trial
/// whose traffic has ceased waits for the next event.
/// </summary>
internal sealed class Trials
{
    /// <summary>
    /// Blocks with losses that are counted before a raise: one alone, which happens to be why anybody looks, would make what
    /// is rare look frequent.
    /// </summary>
    private const int Baseline = 3;

    /// <summary>So long is counted before a raise if little happens, or so many cycles.</summary>
    private static readonly TimeSpan LongestBaseline = TimeSpan.FromMinutes(1);

    /// <summary>What was counted so lately tells what is lost before the next raise.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LongestWatch = TimeSpan.FromMinutes(10);

    /// <summary>A raise that could not be taken back (the journal fails, say) is tried to be after so long.</summary>
    private static readonly TimeSpan TryAgain = TimeSpan.FromMinutes(1);

    private readonly Func<string, Effect, NetworkNamespace, EffectReading?> _read;
    private readonly Func<TimeSpan, Action, IDisposable> _after;
    private readonly TimeProvider _time;
    private readonly Func<string, ILogger> _logOf;
    private readonly Journal _journal;
    private readonly Rests _rests;
    private readonly Dictionary<(NamespaceId Place, string Tunable), Trial> _trials = [];
    private readonly Dictionary<(NamespaceId Place, string Tunable), (EffectSeries Counted, NamespaceId Observed, TimeSpan At)> _latest = [];

    /// <param name="read">Reads a tuner's effect in a namespace.</param>
    /// <param name="journal">Remembers what was of no use.</param>
    /// <param name="after">Runs a callback on the loop after a delay.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logOf">The log of a tuner.</param>
    internal Trials(
        Func<string, Effect, NetworkNamespace, EffectReading?> read, Journal journal,
        Func<TimeSpan, Action, IDisposable> after, TimeProvider time, Func<string, ILogger> logOf)
    {
        _read = read;
        _journal = journal;
        _after = after;
        _time = time;
        _logOf = logOf;
        _rests = new Rests(journal, time);
    }

    /// <summary>Puts one value back; what became of that.</summary>
    internal required Func<Trial, TrialStep, string, ProposalOutcome> PutBack { get; init; }

    /// <summary>How much of the log tenants get.</summary>
    internal required TenantLines Lines { get; init; }

    /// <summary>The trial that a tunable is part of; null when it is part of none that has changed anything.</summary>
    internal Trial? Find(Tunable tunable, NamespaceId place) =>
        _trials.Values.FirstOrDefault(t => t.Holds(tunable.Name, place));

    /// <summary>How a tunable stands that is on trial or rests; null when neither.</summary>
    internal string? StandingOf(Tunable tunable, NamespaceId place)
    {
        if (Find(tunable, place) is { } trial)
            return trial.Standing.Text;
        return _rests.Left(place, tunable.Name) is { Ticks: > 0 } left ? $"raises did not help; none is tried for {Span(left)}" : null;
    }

    /// <summary>Whether a proposal may be carried out now.</summary>
    /// <param name="tuner">Whose it is.</param>
    /// <param name="proposal">What is wanted.</param>
    /// <param name="observed">Where the evidence comes from.</param>
    internal TrialAdmission Admit(string tuner, Proposal proposal, NetworkNamespace observed)
    {
        for (var step = proposal; step is not null; step = step.Before)
        {
            if (Find(step.Tunable, step.Namespace.Id) is { } holder && holder.Tunable.Name != proposal.Tunable.Name)
                return TrialAdmission.Refuse(ProposalOutcome.OnTrial, $"{holder.Tunable.Name} is on trial, and it goes with that", proposal);
        }

        if (proposal.Tunable.Effect is not { } effect || proposal.New.Numbers.IsEmpty || proposal.Old.Numbers.IsEmpty)
            return TrialAdmission.Let(proposal);
        var key = (proposal.Namespace.Id, proposal.Tunable.Name);
        if (!IsRaise(proposal))
        {
            // The tuner itself goes back: there is nothing left to judge.
            End(_trials.GetValueOrDefault(key), "ended: lowered by the tuner");
            return TrialAdmission.Let(proposal);
        }

        if (_rests.Left(proposal.Namespace.Id, proposal.Tunable.Name) is { Ticks: > 0 } left)
            return TrialAdmission.Refuse(ProposalOutcome.Resting, $"raises did not help, and rest for {Span(left)}", proposal);
        if (_trials.TryGetValue(key, out var trial) && trial.IsOpen)
            return Extend(trial, proposal, observed);
        // A namespace that has ended, or a tuner whose reading failed: what cannot be measured is not tried.
        if (_read(tuner, effect, observed) is not { } reading)
            return TrialAdmission.Refuse(ProposalOutcome.OnTrial, $"what {effect.Name} there are cannot be read", proposal);
        var now = Now;
        if (trial is null || trial.Observed.Id != observed.Id || now - trial.StartedAt > 2 * BaselineOf(proposal.Cycle))
        {
            _trials[key] = trial = new Trial(tuner, proposal.Tunable, proposal.Namespace, observed, proposal.Cycle);
            trial.Start(reading, now);
            if (_latest.Remove(key, out var latest) && latest.Observed == observed.Id && latest.Counted.Counted.Lost > 0 && now - latest.At < Fresh)
                return Let(trial, proposal, latest.Counted);
            return CountFirst(proposal);
        }

        // Counted before, but the raise could not be made then.
        if (!trial.IsCounting)
            return TrialAdmission.Let(proposal, trial);
        var isLong = now - trial.StartedAt >= BaselineOf(trial.Cycle);
        trial.Count(reading, now, isLast: isLong);
        if (trial.Counted.Counted.Lost > 0 && (trial.Counted.LossyBlocks >= Baseline || isLong))
            return Let(trial, proposal, trial.Counted);
        return CountFirst(proposal);
    }

    /// <summary>A trial of a raise that is made by order, whatever was found before; null where nothing was counted, or a trial is open.</summary>
    /// <param name="tuner">Whose it is.</param>
    /// <param name="proposal">What is ordered.</param>
    /// <param name="counted">What was counted when it was advised.</param>
    internal Trial? Begin(string tuner, Proposal proposal, Trial? counted)
    {
        if (counted is null || _trials.GetValueOrDefault((proposal.Namespace.Id, proposal.Tunable.Name)) is { IsOpen: true }
            || _read(tuner, counted.Effect, counted.Observed) is null)
        {
            return null;
        }

        var trial = new Trial(tuner, proposal.Tunable, proposal.Namespace, counted.Observed, counted.Cycle);
        trial.TakeAsBefore(counted.Before);
        return trial;
    }

    /// <summary>A change was made as part of a trial.</summary>
    internal void Made(Trial trial, Proposal step, TunableValue before, TunableValue after)
    {
        trial.Add(step.Tunable, step.Namespace, before, after);
        _trials[(trial.Place.Id, trial.Tunable.Name)] = trial;
        if (!trial.IsCounting)
            Arm(trial, trial.Cycle);
    }

    /// <summary>A tuner is stopped, and nothing can be judged without it: what is not proved to help is taken back.</summary>
    internal void TunerStopped(string tuner)
    {
        foreach (var trial in _trials.Values.Where(t => t.Tuner == tuner).ToArray())
        {
            if (trial.IsOpen)
                TakeBack(trial, trial.Result ?? TrialResult.NoDifference, "not judged before the tuner was stopped");
            End(trial, trial.Standing.Text);
        }
    }

    /// <summary>Somebody has put the value back, or has set another.</summary>
    internal void End(string tunable, NamespaceId place, string why)
    {
        foreach (var trial in _trials.Values.Where(t => t.Holds(tunable, place)).ToArray())
            End(trial, why);
    }

    /// <summary>A namespace is gone, and all that was measured in it.</summary>
    internal void NamespaceGone(NamespaceId gone)
    {
        foreach (var trial in _trials.Values.Where(t => t.Place.Id == gone || t.Observed.Id == gone).ToArray())
        {
            if (trial.IsOpen && trial.Place.Id != gone)
                TakeBack(trial, TrialResult.NoDifference, $"not judged before {trial.Observed.Phrase} had ended");
            else
                End(trial, "ended with its namespace");
        }

        foreach (var key in _latest.Keys.Where(key => key.Place == gone).ToArray())
            _latest.Remove(key);
        _rests.Forget(gone);
    }

    private static TimeSpan BaselineOf(TimeSpan cycle) => TimeSpan.FromTicks(Math.Max(LongestBaseline.Ticks, Baseline * 2 * cycle.Ticks));

    private TimeSpan Now => _time.GetElapsedTime(0);

    private static TrialAdmission CountFirst(Proposal proposal) => TrialAdmission.Refuse(
        ProposalOutcome.OnTrial, $"it is counted first what {proposal.Tunable.Effect!.Name} there are without it", proposal);

    private static TrialAdmission Let(Trial trial, Proposal proposal, EffectSeries before)
    {
        trial.TakeAsBefore(before);
        return TrialAdmission.Let(proposal, trial);
    }

    /// <summary>A further raise before the judgement, within the effect's reach.</summary>
    private TrialAdmission Extend(Trial trial, Proposal proposal, NetworkNamespace observed)
    {
        // It waits for traffic that had ceased, or for the next attempt to take it back.
        if (trial.Timer is null)
            Look(trial);
        if (!_trials.ContainsValue(trial))
            return TrialAdmission.Refuse(ProposalOutcome.OnTrial, "its trial has just ended", proposal);
        if (trial.Timer is null && trial.Observed.Id != observed.Id)
        {
            // Where it was measured nothing happens any more, and elsewhere something does.
            TakeBack(trial, TrialResult.NoDifference, "not judged: its traffic has ceased");
            return TrialAdmission.Refuse(ProposalOutcome.OnTrial, "its trial has just ended", proposal);
        }

        if (trial.Result is not null || Within(proposal, trial.First ?? proposal.Old, trial.Effect.Reach) is not { } allowed)
            return TrialAdmission.Refuse(ProposalOutcome.OnTrial, "the raises so far are not judged yet", proposal);
        return TrialAdmission.Let(allowed, trial);
    }

    private static bool IsRaise(Proposal proposal) =>
        proposal.New.Numbers.Length == proposal.Old.Numbers.Length && proposal.New.Numbers.Zip(proposal.Old.Numbers).Any(pair => pair.First > pair.Second);

    /// <summary>A raise with no member past so many times its first value; null when that leaves none.</summary>
    private static Proposal? Within(Proposal proposal, TunableValue first, int reach)
    {
        var wanted = proposal.New;
        for (var i = 0; i < wanted.Numbers.Length; i++)
        {
            var most = first[i] > long.MaxValue / reach ? long.MaxValue : first[i] * reach;
            wanted = wanted.With(i, Math.Min(wanted[i], Math.Max(most, proposal.Old[i])));
        }

        proposal = proposal with { New = wanted };
        return IsRaise(proposal) ? proposal : null;
    }

    private void Arm(Trial trial, TimeSpan delay)
    {
        trial.Timer?.Dispose();
        trial.Timer = _after(delay, () =>
        {
            trial.Timer = null;
            Look(trial);
        });
    }

    private void Look(Trial trial)
    {
        if (trial.Result is { } result)
        {
            TakeBack(trial, result, null);
            return;
        }

        // Without a reading (the namespace cannot be entered just now) the next event asks again.
        if (_read(trial.Tuner, trial.Effect, trial.Observed) is not { } reading)
            return;
        if (!trial.IsCounting)
        {
            trial.Start(reading, Now);
            Arm(trial, trial.Cycle);
            return;
        }

        trial.Count(reading, Now);
        var watched = Now - trial.StartedAt;
        switch (EffectJudge.Judge(trial.Before, trial.Counted, watched / trial.Cycle))
        {
            case TrialResult.Helped:
                Keep(trial);
                break;
            case { } useless:
                TakeBack(trial, useless, null);
                break;
            case null when watched < LongestWatch:
                // Cycle by cycle at first; then each time that as much again has passed.
                Arm(trial, watched / trial.Cycle < EffectJudge.LastPatience ? trial.Cycle : watched);
                break;
        }
    }

    private void Keep(Trial trial)
    {
        var text = EffectJudge.Text(trial.Effect, trial.Before.Share, trial.Counted.Share);
        End(trial, $"kept: {text}");
        _latest[(trial.Place.Id, trial.Tunable.Name)] = (trial.Counted, trial.Observed.Id, Now);
        _rests.End(trial.Place.Id, trial.Tunable.Name);
        Note(trial, JournalResult.Helped, text, 0);
        Tell(trial, TuningLog.TrialKept, $"{Values(trial, step => step.After)} stays: {text}");
    }

    private void TakeBack(Trial trial, TrialResult result, string? why)
    {
        trial.Timer?.Dispose();
        trial.Timer = null;
        trial.Result = result;
        var shares = EffectJudge.Text(trial.Effect, trial.Before.Share, trial.Counted.Share);
        var reason = why ?? (result == TrialResult.Harm ? shares : $"no difference ({shares})");
        for (var i = trial.Steps.Count - 1; i >= 0; i--)
        {
            var outcome = PutBack(trial, trial.Steps[i], reason);
            if (outcome is ProposalOutcome.Applied or ProposalOutcome.Unchanged)
                continue;
            if (outcome is ProposalOutcome.Overridden or ProposalOutcome.Stale)
            {
                End(trial, "ended: somebody else has set it");
                return;
            }

            // In their order only: a default above its maximum must not come of it.
            trial.Standing.Text = $"to be taken back: {reason}";
            Arm(trial, TryAgain);
            return;
        }

        End(trial, $"taken back: {reason}");
        if (why is not null)
            return;
        var (length, times) = _rests.Begin(trial.Place.Id, trial.Tunable.Name);
        Note(trial, result == TrialResult.Harm ? JournalResult.Harm : JournalResult.NoDifference, reason, times);
        Tell(
            trial, result == TrialResult.Harm ? TuningLog.TrialHarm : TuningLog.TrialUseless,
            $"{Values(trial, step => step.Before)} again, since raises {(result == TrialResult.Harm ? "did harm" : "made no difference")}: {shares}; none is tried for {Span(length)}");
    }

    private void End(Trial? trial, string standing)
    {
        if (trial is null)
            return;
        trial.Timer?.Dispose();
        trial.Timer = null;
        trial.Standing.Text = standing;
        _trials.Remove((trial.Place.Id, trial.Tunable.Name));
    }

    private void Note(Trial trial, JournalResult result, string text, long times) =>
        _journal.Note(_journal.Next(JournalKind.Trial) with
        {
            Tuner = trial.Tuner,
            Tunable = trial.Tunable.Name,
            Namespace = JournalNamespace.Of(trial.Place),
            Result = result,
            Evidence = text,
            Changes = times,
        });

    private void Tell(Trial trial, Action<ILogger, string> line, string text)
    {
        var log = _logOf(trial.Tuner);
        if (Lines.MayTell(trial.Place, log))
            line(log, text);
        else
            TuningLog.ChangedQuietly(log, text);
    }

    private static string Values(Trial trial, Func<TrialStep, TunableValue> value) =>
        string.Join(" and ", trial.Steps.Select(s => $"{s.Tunable.Name} at {value(s)}")) + $" in {trial.Place.Phrase}";

    private static string Span(TimeSpan span) => span >= TimeSpan.FromHours(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0} hours")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, span.TotalMinutes):0} min");
}
