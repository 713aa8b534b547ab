using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>One change that was made.</summary>
/// <param name="Time">When.</param>
/// <param name="Tuner">Who wanted it.</param>
/// <param name="Tunable">What.</param>
/// <param name="Namespace">Where.</param>
/// <param name="Old">Value before.</param>
/// <param name="New">Value read back.</param>
/// <param name="Scenario">The reason's stable name.</param>
/// <param name="Evidence">What was measured.</param>
public sealed record Change(
    DateTimeOffset Time,
    string Tuner,
    Tunable Tunable,
    NetworkNamespace Namespace,
    TunableValue Old,
    TunableValue New,
    string Scenario,
    string Evidence)
{
    /// <summary>How its trial stands; null where its effect cannot be measured.</summary>
    public TrialStanding? Standing { get; init; }
}
