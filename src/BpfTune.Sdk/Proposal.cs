namespace BpfTune.Sdk;

/// <summary>What a tuner would like to change, and why.</summary>
/// <param name="Tunable">The setting.</param>
/// <param name="Namespace">Where; the global namespace for machine-wide settings.</param>
/// <param name="Old">The value that the decision was made from.</param>
/// <param name="New">The value wanted. Members equal to <paramref name="Old"/>'s are left as the kernel has them.</param>
/// <param name="Scenario">A stable name for the reason, in snake_case: repeats of one scenario are logged as a count.</param>
/// <param name="Evidence">What was measured: 'rcvbuf 131072 of max 131072, 12 sockets in 2 s'.</param>
public sealed record Proposal(
    Tunable Tunable,
    NetworkNamespace Namespace,
    TunableValue Old,
    TunableValue New,
    string Scenario,
    string Evidence)
{
    /// <summary>
    /// What has to be changed before this, such as a maximum before a default that is to exceed it. If it cannot be had in
    /// full, this is not done either; both are one trial, and what is taken back is taken back in the other order.
    /// </summary>
    public Proposal? Before { get; init; }

    /// <summary>
    /// How long it takes until what a raise does shows, a second at least: so long nothing is counted after it, and what
    /// is counted is taken in pieces of that length, since shares within a cycle tell of its phase only.
    /// </summary>
    public TimeSpan Cycle
    {
        get;
        init => field = value > TimeSpan.FromSeconds(1) ? value : TimeSpan.FromSeconds(1);
    } = TimeSpan.FromSeconds(1);
}
