using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>What the policy makes of a proposal.</summary>
/// <param name="Outcome"><see cref="ProposalOutcome.Applied"/> when <paramref name="Value"/> is to be written.</param>
/// <param name="Value">The value to write, within bounds; null when nothing is.</param>
/// <param name="Reason">Why nothing is written, as a clause; empty when something is.</param>
public readonly record struct PolicyDecision(ProposalOutcome Outcome, TunableValue? Value, string Reason)
{
    internal static PolicyDecision Write(TunableValue value) => new(ProposalOutcome.Applied, value, "");

    internal static PolicyDecision Refuse(ProposalOutcome outcome, string reason) => new(outcome, null, reason);
}
