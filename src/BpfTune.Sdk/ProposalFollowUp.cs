namespace BpfTune.Sdk;

/// <summary>What follows from a proposal's outcome for the events that led to it.</summary>
public static class ProposalFollowUp
{
    /// <summary>How long events rest that an administrator's setting, or the kernel's refusal, makes useless.</summary>
    public static readonly TimeSpan WhenRefused = TimeSpan.FromMinutes(1);

    /// <summary>How long they rest when nothing was left to change within the bounds.</summary>
    public static readonly TimeSpan WhenUnchanged = TimeSpan.FromSeconds(5);

    /// <summary>How long they rest after a change in the other direction.</summary>
    public static readonly TimeSpan WhenCoolingDown = TimeSpan.FromSeconds(1);

    /// <summary>How long they rest while a trial goes on: one that has come to its end is to be followed soon.</summary>
    public static readonly TimeSpan WhileOnTrial = TimeSpan.FromMilliseconds(250);

    /// <summary>Hands a proposal in, and mutes the event's kind for as long as nothing can come of it.</summary>
    /// <param name="host">The tuner's host.</param>
    /// <param name="e">The event that led to it.</param>
    /// <param name="proposal">What is wanted.</param>
    public static void Submit(this ITunerHost host, in TunerEvent e, Proposal proposal) => host.Settle(in e, host.Propose(proposal));

    /// <summary>
    /// Mutes an event's kind for as long as nothing can come of it. After a change, and after one that was decided from a
    /// value that is no more, the next event is welcome.
    /// </summary>
    /// <param name="host">The tuner's host.</param>
    /// <param name="e">The event that led to the proposal.</param>
    /// <param name="outcome">What became of it.</param>
    public static void Settle(this ITunerHost host, in TunerEvent e, ProposalOutcome outcome)
    {
        TimeSpan? rest = outcome switch
        {
            _ when outcome.IsRefused() => WhenRefused,
            ProposalOutcome.OnTrial => WhileOnTrial,
            ProposalOutcome.Unchanged => WhenUnchanged,
            ProposalOutcome.CoolingDown => WhenCoolingDown,
            _ => null,
        };
        if (rest is { } duration)
            host.Mute(e.Namespace, e.Header.Kind, duration);
    }

    /// <summary>
    /// Whether somebody or something has said no, so that nothing comes of asking again soon. Not so when a bound was
    /// reached, when it was too soon, or when the value had changed.
    /// </summary>
    public static bool IsRefused(this ProposalOutcome outcome) => outcome
        is ProposalOutcome.Overridden or ProposalOutcome.NotTheirs or ProposalOutcome.Failed
        or ProposalOutcome.Resting or ProposalOutcome.NotWanted or ProposalOutcome.Advised;
}
