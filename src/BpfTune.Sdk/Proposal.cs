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
    string Evidence);
