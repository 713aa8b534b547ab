namespace BpfTune.Sdk;

/// <summary>What became of a proposal.</summary>
public enum ProposalOutcome
{
    /// <summary>Written and read back.</summary>
    Applied,

    /// <summary>After clipping to the bounds nothing was left to change.</summary>
    Unchanged,

    /// <summary>An administrator has set this tunable by hand; the tuner has stopped in this namespace.</summary>
    Overridden,

    /// <summary>
    /// Too soon: after a change in the other direction, or while somebody else seems to be setting it by hand.
    /// </summary>
    CoolingDown,

    /// <summary>The kernel's value is no longer the one the decision was made from: decide again from a fresh read.</summary>
    Stale,

    /// <summary>What it is about is not the tenant's whose namespace led to it: decided for good, unless the settings change.</summary>
    NotTheirs,

    /// <summary>The kernel refused it, the namespace is gone, or the change could not be recorded; a warning was logged.</summary>
    Failed,

    /// <summary>
    /// Too soon: what was lost before a first raise is being counted, or the raises made so far are not judged yet (see
    /// <see cref="Effect"/>).
    /// </summary>
    OnTrial,

    /// <summary>Raises were of no use there and have been taken back; they rest for a while.</summary>
    Resting,

    /// <summary>The administrator's settings do not want it: the mode is off, or a limit is reached.</summary>
    NotWanted,

    /// <summary>The mode is advise: nothing was written, and the administrator is told of it.</summary>
    Advised,
}
