using BpfTune.Engine.Control;
using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tuning;
using BpfTune.Sdk;

namespace BpfTune.Engine.Running;

/// <summary>Answers for the engine; once it has ended, from what it was like then.</summary>
internal sealed class EngineQueries(EngineOptions options) : IEngineQueries
{
    private EngineSession? _session;
    private RunSummary _lastSummary = new([], []);
    private IReadOnlyList<ChangeReport> _lastChanges = [];

    /// <summary>Answers from a session until the result is disposed.</summary>
    public IDisposable Attach(EngineSession session)
    {
        _session = session;
        return new Attachment(this);
    }

    public IEnumerable<EngineStatus?> Status()
    {
        // A namespace may outlive its name by a moment, and then nothing tells of its end.
        Session.Namespaces.Sweep();
        foreach (var tunables in Tunables(null))
            yield return tunables is null ? null : Status(tunables);
    }

    public IReadOnlyList<TunerReport> Tuners(string? tuner) =>
        [.. (tuner is null ? Session.Tuners.Slots : [FindSlot(tuner)]).Select(Report)];

    /// <summary>A namespace with each step.</summary>
    public IEnumerable<IReadOnlyList<TunableReport>?> Tunables(string? tuner)
    {
        RunningTuner[] running = tuner is null ? [.. Session.Tuners.Running] : [Find(tuner)];
        var values = running
            .SelectMany(r => r.Declaration.Tunables, (r, t) => (r.Name, Tunable: t, Values: new List<TunableValueReport>())).ToArray();
        foreach (var where in Session.Namespaces.Known)
        {
            var wanted = values.Select(v => (v.Tunable, v.Values, Trail: Session.Journal.State.Find(where.Id, v.Tunable.Name)))
                .Where(v => where.IsGlobal || (v.Trail is not null && v.Tunable.Scope != TunableScope.Machine)).ToArray();
            if (wanted.Length == 0)
                continue;
            foreach (var (value, (tunable, reports, trail)) in Session.Store.Read([.. wanted.Select(v => v.Tunable)], where).Zip(wanted))
            {
                if (value is not null || trail is not null)
                    reports.Add(new TunableValueReport(where.Name, value?.Text, trail?.Original, trail?.Changes ?? 0) { Trial = Session.Changes.StandingOf(tunable, where.Id) });
            }

            yield return null;
        }

        var rules = Session.Rules.Now;
        yield return [.. values.Select(v => TunableReport.From(v.Name, v.Tunable, v.Values) with
        {
            Rules = RuleReport.Of(rules, rules.Of(v.Tunable.Name, null)),
        })];
    }

    public IReadOnlyList<ChangeReport> Changes(int limit) => _session is null ? _lastChanges : [.. AllChanges().Take(limit)];

    public IReadOnlyList<AdviceReport> Advice(bool all)
    {
        var ignored = Session.Ignored;
        var seen = Session.Advice.Entries.Where(entry => all || !ignored.Contains(entry.Key)).Select(entry => Report(entry.Key, entry.Value));
        return all
            ? [.. seen, .. ignored.Subjects.Where(one => Session.Advice.Find(one.Key) is null).Select(one => Report(one.Key, one.Value))]
            : [.. seen];
    }

    public IReadOnlyList<AdviceOrderReport> Apply(IReadOnlyList<string> ids) => Session.AdviceOrders.Apply(ids);

    public IReadOnlyList<AdviceOrderReport> Ignore(IReadOnlyList<string> ids) => Session.AdviceOrders.Ignore(ids);

    public RunSummary Summary() => _session is null ? _lastSummary : SummaryOfSession();

    public IReadOnlyList<NamespaceReport> Namespaces()
    {
        Session.Namespaces.Sweep();
        return [.. Session.Namespaces.Known.Select(n => new NamespaceReport(n.Name, n.Id.Inode, n.Id.Cookie, n.IsGlobal, n.IsTenant ? n.Owner.Phrase : null))];
    }

    public ResumeReport Resume(string tuner, string? networkNamespace)
    {
        FindSlot(tuner);
        NetworkNamespace? where = null;
        if (networkNamespace is not null)
        {
            where = Session.Namespaces.Find(networkNamespace)
                ?? throw new ControlException(ControlError.BadRequest, $"there is no network namespace '{networkNamespace}'");
        }

        var lifted = Session.Orders.Resume(tuner, where).Select(o => o.Namespace.Name).Distinct().ToArray();
        // One that does not run at all does so nowhere: to resume it in one namespace is to resume it.
        return new ResumeReport(tuner, lifted) { Started = Session.Tuners.Resume(tuner) };
    }

    public IEnumerable<RollbackReport> Rollback(bool preview) => Session.Orders.RollBackInSteps(preview).Select(RollbackReport.Of);

    private EngineSession Session => _session
        ?? throw new ControlException(ControlError.Failed, "the daemon is starting or stopping; ask again");

    private EngineStatus Status(IReadOnlyList<TunableReport> tunables)
    {
        var session = Session;
        return new EngineStatus(
            EngineVersion.Number,
            Environment.ProcessId,
            session.Time.GetUtcNow() - session.Uptime,
            Math.Round(session.Uptime.TotalSeconds, 3),
            session.Capabilities.Kernel.Release,
            options.LearningRate.Rate,
            options.Rollback,
            options.Legacy,
            session.Cgroup?.Path,
            [.. session.Core.Hooks.Select(HookReport.From)],
            Tuners(null),
            tunables,
            session.Namespaces.Known.Count,
            session.Dispatcher.Events,
            session.EventsLost,
            session.Dispatcher.Suppressed,
            session.ChangeLog.Totals.Sum(t => t.Count),
            session.Journal.Problem)
        {
            Mode = session.Rules.Now.General is { Value: not TuningMode.Tune } mode
                ? new RuleReport("mode", RuleReport.Word(mode.Value), mode.Source)
                : null,
        };
    }

    private AdviceReport Report(string id, Advice advice) => Report(id, advice.Subject) with
    {
        First = advice.First,
        Last = advice.Last,
        Count = advice.Count,
        Value = advice.Old.Text,
        Advised = advice.New.Text,
        Evidence = advice.Evidence,
    };

    private AdviceReport Report(string id, AdviceSubject subject) => new(
        id, subject.Tuner, subject.Tunable, subject.Member, subject.Namespace, subject.Scenario, Session.Ignored.Contains(id));

    private TunerSlot FindSlot(string name) => Session.Tuners.Slots.FirstOrDefault(s => s.Name == name)
        ?? throw new ControlException(ControlError.BadRequest, $"there is no tuner '{name}'");

    private RunningTuner Find(string name) => Session.Tuners.Find(name)
        ?? throw new ControlException(ControlError.BadRequest, $"no tuner '{name}' is running");

    private IEnumerable<ChangeReport> AllChanges() => Session.ChangeLog.Recent.Select(c => new ChangeReport(
        c.Time, c.Tuner, c.Tunable.Name, c.Namespace.Name, c.Old.Text, c.New.Text, c.Scenario, c.Evidence) { Trial = c.Standing?.Text });

    private RunSummary SummaryOfSession() => new(
        [.. Session.ChangeLog.Totals.Select(t => new ChangeSummary(
            t.Tuner, t.Tunable.Name, t.Namespace.Name, t.Scenario, t.Count, t.First.Text, t.Last.Text, t.Evidence))],
        [.. Session.Tuners.Deeds]);

    private TunerReport Report(TunerSlot slot)
    {
        var tuner = slot.Tuner;
        var proposals = Session.Changes.CountsOf(slot.Name);
        return new TunerReport(
            slot.Name,
            slot.Summary,
            slot.State,
            slot.Reason,
            slot.Path,
            tuner is null ? [] : [.. tuner.Hooks.Select(HookReport.From)],
            [.. Session.Overrides.Of(slot.Name).Select(o => new OverrideReport(o.Tunable, o.Namespace.Name, (int)o.Pid, o.Command, o.Time))],
            tuner?.Facts() ?? [],
            new TunerCounts(
                tuner?.EventCount ?? 0,
                tuner?.SuppressedCount ?? 0,
                proposals[ProposalOutcome.Applied],
                proposals[ProposalOutcome.Unchanged],
                proposals[ProposalOutcome.Overridden],
                proposals[ProposalOutcome.CoolingDown],
                proposals[ProposalOutcome.Stale],
                proposals[ProposalOutcome.Failed],
                proposals[ProposalOutcome.NotTheirs],
                proposals[ProposalOutcome.OnTrial],
                proposals[ProposalOutcome.Resting],
                proposals[ProposalOutcome.NotWanted],
                proposals[ProposalOutcome.Advised]));
    }

    private void Detach()
    {
        _lastSummary = SummaryOfSession();
        _lastChanges = [.. AllChanges()];
        _session = null;
    }

    private sealed class Attachment(EngineQueries queries) : IDisposable
    {
        public void Dispose() => queries.Detach();
    }
}
