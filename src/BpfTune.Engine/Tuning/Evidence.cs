using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// Where a tuner has what it knows from, while it handles an event or a timer that it armed at one. Nothing (the
/// default) where it acts of itself: when it starts, or when a namespace has ended.
/// </summary>
/// <param name="Namespace">The event's namespace.</param>
/// <param name="Owner">Whose it is, or <see cref="NamespaceOwner.Unknown"/>.</param>
internal readonly record struct Evidence(NetworkNamespace? Namespace, NamespaceOwner Owner)
{
    /// <summary>Whether it may come from somebody who has no say about the machine.</summary>
    internal bool IsTenants => !Owner.IsMachine;

    /// <summary>What an event is evidence of.</summary>
    /// <param name="networkNamespace">Where it happened, or in whose time.</param>
    /// <param name="owner">The owner in its header.</param>
    /// <param name="hasTenants">Whether this machine has any: without them nobody else can have caused it.</param>
    internal static Evidence Of(NetworkNamespace networkNamespace, NamespaceOwner owner, bool hasTenants)
    {
        if (networkNamespace.IsTenant)
            return new Evidence(networkNamespace, networkNamespace.Owner);
        return new Evidence(networkNamespace, owner == NamespaceOwner.Unknown && hasTenants ? owner : NamespaceOwner.Machine);
    }

    /// <summary>Why a proposal may not be made upon this evidence, as a clause; null when it may.</summary>
    /// <param name="proposal">What is wanted.</param>
    /// <param name="tenantsMoveMachine">The administrator's setting <c>tenants = yes</c>.</param>
    internal string? WhyNot(Proposal proposal, bool tenantsMoveMachine)
    {
        if (!IsTenants)
            return null;
        if (proposal.Tunable.Scope == TunableScope.Machine)
        {
            return tenantsMoveMachine && !proposal.Tunable.IsAtOthersCost
                ? null
                : $"it is the machine's, and what was seen is {Owner.Phrase}'s";
        }

        return proposal.Namespace.Id == Namespace?.Id ? null : $"what was seen is {Owner.Phrase}'s, of another namespace";
    }
}
