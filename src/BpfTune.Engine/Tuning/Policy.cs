using System.Globalization;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// Lets a proposal pass, clips it to its bounds, or refuses it. A pure function of the proposal, the kernel's value and
/// what was changed before.
/// </summary>
public static class Policy
{
    /// <summary>How long a member that went one way does not go the other way, whatever the scenarios: two causes that pull against each other would swing it forever.</summary>
    public static readonly TimeSpan Cooldown = TimeSpan.FromSeconds(30);

    /// <summary>Decides.</summary>
    /// <param name="proposal">What the tuner wants.</param>
    /// <param name="current">What the kernel has now.</param>
    /// <param name="isOverridden">Whether an administrator has stopped the tuner in this namespace.</param>
    /// <param name="moves">The latest move of each member; shorter than the members when there is none.</param>
    public static PolicyDecision Decide(
        Proposal proposal, TunableValue current, bool isOverridden, ReadOnlySpan<Move?> moves)
    {
        if (isOverridden)
            return PolicyDecision.Refuse(ProposalOutcome.Overridden, "an administrator has set it by hand");
        return proposal.Old.Numbers.IsEmpty || proposal.New.Numbers.IsEmpty || current.Numbers.IsEmpty
            ? DecideWhole(proposal, current)
            : DecideMembers(proposal, current, moves);
    }

    /// <summary>Words have neither order nor bounds.</summary>
    private static PolicyDecision DecideWhole(Proposal proposal, TunableValue current)
    {
        if (current.Equals(proposal.New))
            return PolicyDecision.Refuse(ProposalOutcome.Unchanged, "it has that value already");
        return current.Equals(proposal.Old)
            ? PolicyDecision.Write(proposal.New)
            : Stale(proposal.Old.Text, current.Text);
    }

    private static PolicyDecision DecideMembers(Proposal proposal, TunableValue current, ReadOnlySpan<Move?> moves)
    {
        var (old, wanted) = (proposal.Old.Numbers, proposal.New.Numbers);
        if (old.Length != wanted.Length || old.Length != current.Numbers.Length)
            return Stale(proposal.Old.Text, current.Text);
        var value = current;
        for (var i = 0; i < wanted.Length; i++)
        {
            // A member that the tuner leaves alone stays as the kernel has it, whoever set it.
            if (wanted[i] == old[i] || wanted[i] == current[i])
                continue;
            if (current[i] != old[i])
                return Stale(Number(old[i]), Number(current[i]));
            var target = Clip(old[i], wanted[i], proposal.Tunable.BoundsOf(i));
            var direction = target.CompareTo(old[i]);
            if (direction == 0)
                continue;
            if (i < moves.Length && moves[i] is { } move && move.Direction == -direction && move.Age < Cooldown)
                return PolicyDecision.Refuse(ProposalOutcome.CoolingDown, CoolingDown(move));
            value = value.With(i, target);
        }

        return value.Equals(current)
            ? PolicyDecision.Refuse(ProposalOutcome.Unchanged, "within its bounds nothing is left to change")
            : PolicyDecision.Write(value);
    }

    /// <summary>
    /// Brings a wish within the bounds, but never past the value in place: someone may have set that beyond the bounds,
    /// and a raise must not turn into a cut.
    /// </summary>
    private static long Clip(long old, long wanted, ValueRange bounds) => wanted > old
        ? Math.Max(old, bounds.Clip(wanted))
        : Math.Min(old, bounds.Clip(wanted));

    private static PolicyDecision Stale(string old, string current) => PolicyDecision.Refuse(
        ProposalOutcome.Stale, $"it was decided from '{old}', and the kernel has '{current}'");

    private static string CoolingDown(Move move) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(move.Direction > 0 ? "raised" : "lowered")} {(int)move.Age.TotalSeconds} s ago ({move.Scenario})");

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
