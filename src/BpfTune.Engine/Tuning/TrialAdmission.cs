using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>What the trials say to a proposal.</summary>
/// <param name="Refused">Why it is not carried out now; null when it may be.</param>
/// <param name="Reason">The same as a clause.</param>
/// <param name="Proposal">What may be carried out: perhaps less than was wanted.</param>
/// <param name="Trial">The trial that it is part of; null when it is part of none.</param>
internal readonly record struct TrialAdmission(ProposalOutcome? Refused, string Reason, Proposal Proposal, Trial? Trial)
{
    internal static TrialAdmission Refuse(ProposalOutcome outcome, string reason, Proposal proposal) => new(outcome, reason, proposal, null);

    internal static TrialAdmission Let(Proposal proposal, Trial? trial = null) => new(null, "", proposal, trial);
}
