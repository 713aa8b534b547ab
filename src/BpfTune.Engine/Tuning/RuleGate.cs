using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// What the administrator's settings let pass of what tuners want. Where the mode is advise nothing passes, and what
/// would have been done goes into the advice book; an order to do it passes all the same, within the limits.
/// </summary>
internal sealed class RuleGate(TuningRules rules, AdviceBook book)
{
    /// <summary>What holds now.</summary>
    internal TuningRules Rules { get; private set; } = rules;

    /// <summary>Whether what is proposed now is an administrator's order.</summary>
    internal bool IsOrder { get; private set; }

    /// <summary>What was counted when it was advised that is ordered now; null where nothing was.</summary>
    internal Trial? Counted { get; private set; }

    /// <summary>Takes other rules; advice stays only for what is in mode advise.</summary>
    internal void Replace(TuningRules other)
    {
        Rules = other;
        book.Keep(advice => other.Of(advice.Tunable.Name, advice.Namespace).Mode.Value == TuningMode.Advise);
    }

    /// <summary>Whether nothing is wanted, not even advice.</summary>
    internal bool IsClosed(Proposal proposal) =>
        Rules.Of(proposal.Tunable.Name, proposal.Namespace).Mode.Value == TuningMode.Off;

    /// <summary>A decision within the limits; in mode advise a refusal, and what was decided is advice.</summary>
    /// <param name="tuner">Whose proposal it is.</param>
    /// <param name="proposal">What is wanted.</param>
    /// <param name="trial">What was counted before it; null where nothing is.</param>
    /// <param name="current">What the kernel has.</param>
    /// <param name="decision">What would be written otherwise.</param>
    internal PolicyDecision Pass(
        string tuner, Proposal proposal, Trial? trial, TunableValue current, PolicyDecision decision)
    {
        var ruling = Rules.Of(proposal.Tunable.Name, proposal.Namespace);
        if (ruling.Mode.Value == TuningMode.Off)
            return PolicyDecision.Refuse(ProposalOutcome.NotWanted, $"the mode is off ({ruling.Mode.Source})");
        decision = ruling.Clip(decision, current);
        if (IsOrder || ruling.Mode.Value == TuningMode.Tune || decision.Value is not { } value)
            return decision;
        book.Give(tuner, proposal, trial, current, value);
        return PolicyDecision.Refuse(ProposalOutcome.Advised, $"the mode is advise ({ruling.Mode.Source})");
    }

    /// <summary>Lets what is proposed meanwhile pass by an administrator's order.</summary>
    /// <param name="propose">Proposes it.</param>
    /// <param name="counted">See <see cref="Counted"/>.</param>
    internal ProposalOutcome Order(Func<ProposalOutcome> propose, Trial? counted)
    {
        (IsOrder, Counted) = (true, counted);
        try
        {
            return propose();
        }
        finally
        {
            (IsOrder, Counted) = (false, null);
        }
    }
}
