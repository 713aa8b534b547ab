using System.Globalization;

namespace BpfTune.Sdk;

/// <summary>
/// Raises a tunable of one member for as long as that is seen to help, and takes the raises back when it does not (see
/// <see cref="RaiseTrial"/>). After that it rests until the condition has been gone for <see cref="Quiet"/>.
/// </summary>
/// <param name="tuner">Whose proposals they are.</param>
/// <param name="tunable">What is raised.</param>
/// <param name="settling">How long a raise is left to show its effect before the next one; none by default.</param>
public sealed class MeasuredRaise(Tuner tuner, Tunable tunable, TimeSpan settling = default)
{
    /// <summary>A condition that was not seen for so long is over: the next one is judged afresh.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMinutes(10);

    /// <summary>Longer than the policy's cooldown: what was refused for that may pass then.</summary>
    private static readonly TimeSpan Resting = TimeSpan.FromSeconds(31);

    private static readonly TimeSpan AtCeiling = TimeSpan.FromSeconds(5);

    private readonly RaiseTrial _trial = new();
    private long _seen;
    private long? _ours;

    /// <summary>Whether raises were found to be of no use.</summary>
    public bool IsResting { get; private set; }

    /// <summary>The condition was seen: raises the value, rests, or takes the raises back.</summary>
    /// <param name="e">The event that told of it; its kind is muted while nothing can be done.</param>
    /// <param name="old">The value now.</param>
    /// <param name="next">The value wanted; not above <paramref name="old"/> when a ceiling is reached.</param>
    /// <param name="scenario">For <see cref="Proposal.Scenario"/>.</param>
    /// <param name="evidence">For <see cref="Proposal.Evidence"/>.</param>
    /// <param name="kept">How many got through, ever.</param>
    /// <param name="lost">How many were lost for want of what is raised, ever.</param>
    public void Raise(in TunerEvent e, TunableValue old, long next, string scenario, string evidence, long kept, long lost)
    {
        var host = tuner.Host;
        var now = host.Time.GetTimestamp();
        if (host.Time.GetElapsedTime(_seen, now) > Quiet)
        {
            _trial.Clear();
            IsResting = false;
        }

        _seen = now;
        IsResting |= !_trial.IsWorthwhile(old[0], kept, lost);
        if (IsResting)
        {
            TakeBack(in e, old);
            host.Mute(e.Namespace, e.Header.Kind, Resting);
            return;
        }

        if (next <= old[0])
        {
            host.Mute(e.Namespace, e.Header.Kind, AtCeiling);
            return;
        }

        var outcome = host.Propose(new Proposal(tunable, Where(in e), old, TunableValue.Of(next), scenario, evidence));
        host.Settle(in e, outcome);
        if (outcome != ProposalOutcome.Applied)
            return;
        _ours = next;
        if (settling > TimeSpan.Zero)
            host.Mute(e.Namespace, e.Header.Kind, settling);
    }

    private NetworkNamespace Where(in TunerEvent e) =>
        tunable.Scope == TunableScope.Machine ? tuner.Host.GlobalNamespace : e.Namespace;

    /// <summary>Only what nobody has changed since: a value of another namespace's raise, or of an administrator, stays.</summary>
    private void TakeBack(in TunerEvent e, TunableValue old)
    {
        if (_ours != old[0] || _trial.Floor >= old[0])
            return;
        var evidence = string.Create(
            CultureInfo.InvariantCulture,
            $"the share that got through went from {_trial.Before:P1} to {_trial.Latest:P1} when it was doubled");
        var outcome = tuner.Host.Propose(new Proposal(
            tunable, Where(in e), old, TunableValue.Of(_trial.Floor), "raises_did_not_help", evidence));
        if (outcome is not (ProposalOutcome.CoolingDown or ProposalOutcome.Stale))
            _ours = null;
    }
}
