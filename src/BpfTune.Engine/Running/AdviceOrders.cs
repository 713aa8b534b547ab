using BpfTune.Engine.Control;
using BpfTune.Engine.Tuning;
using BpfTune.Sdk;

namespace BpfTune.Engine.Running;

/// <summary>What an administrator says to advice: do it, or do not say it again.</summary>
internal sealed class AdviceOrders(RuleGate gate, AdviceBook book, IgnoredAdvice ignored, ChangeApplier changes, ChangeLog log)
{
    /// <summary>Does what was advised, whatever the mode but off, within the limits.</summary>
    /// <param name="ids">Ids of advice; with one that is not known nothing is done.</param>
    /// <exception cref="ControlException">There is no such advice.</exception>
    public IReadOnlyList<AdviceOrderReport> Apply(IReadOnlyList<string> ids) =>
        [.. Find(ids).Select(one => Apply(one.Id, one.Advice))];

    /// <summary>Remembers that advice is not wanted: it is neither listed nor logged any more.</summary>
    /// <param name="ids">Ids of advice; with one that is not known nothing is done.</param>
    /// <exception cref="ControlException">There is no such advice, or that cannot be written down.</exception>
    public IReadOnlyList<AdviceOrderReport> Ignore(IReadOnlyList<string> ids)
    {
        var found = Find(ids);
        try
        {
            ignored.Add(found.Select(one => one.Advice.Subject));
        }
        catch (JournalException e)
        {
            throw new ControlException(ControlError.Failed, e.Message);
        }

        return [.. found.Select(one => new AdviceOrderReport(one.Id, true, $"advice {one.Id} about {one.Advice.Subject.Tunable} is ignored from now on"))];
    }

    private (string Id, Advice Advice)[] Find(IReadOnlyList<string> ids)
    {
        var found = new List<(string, Advice)>();
        foreach (var id in ids.Select(id => id.ToLowerInvariant()).Distinct())
        {
            found.Add((id, book.Find(id) ?? throw new ControlException(
                ControlError.BadRequest, $"there is no advice '{(id.Length <= 16 ? id : id[..16] + "…")}'; 'bpftune advice' lists what there is")));
        }

        return [.. found];
    }

    private AdviceOrderReport Apply(string id, Advice advice)
    {
        var subject = advice.Subject;
        var proposal = new Proposal(advice.Tunable, advice.Namespace, advice.Old, advice.New, subject.Scenario, advice.Evidence);
        var outcome = gate.Order(
            () => changes.Propose(subject.Tuner, proposal, new Evidence(advice.Counted?.Observed, NamespaceOwner.Machine)), advice.Counted);
        var what = $"{subject.Tunable} in {advice.Namespace.Phrase}";
        if (outcome != ProposalOutcome.Applied)
            return new AdviceOrderReport(id, false, $"{what} stays as it is: {WhyNot(outcome, subject.Tuner)}");
        book.Done(id);
        var made = log.Recent[0];
        var trial = made.Standing is { } standing ? $" ({standing.Text}; 'bpftune changes' shows how it ends)" : "";
        return new AdviceOrderReport(id, true, $"{what} is set from '{made.Old}' to '{made.New}'{trial}; 'bpftune rollback' puts it back");
    }

    private static string WhyNot(ProposalOutcome outcome, string tuner) => outcome switch
    {
        ProposalOutcome.Unchanged => "it has that value already, or its bounds or the memory available allow no more",
        ProposalOutcome.Overridden => $"an administrator has set it by hand; 'bpftune resume {tuner}' lifts that",
        ProposalOutcome.CoolingDown => "it was changed a moment ago; try again in half a minute",
        ProposalOutcome.Stale => "its value is another one now; 'bpftune advice' shows what is advised from there once it is seen again",
        ProposalOutcome.NotWanted => "the settings do not allow it; 'bpftune tunables' shows which",
        _ => "the kernel refused it or it could not be recorded; the log says why",
    };
}
