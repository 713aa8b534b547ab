namespace BpfTune.Engine.Control;

/// <summary>One change.</summary>
/// <param name="At">When.</param>
/// <param name="Tuner">Who wanted it.</param>
/// <param name="Tunable">What.</param>
/// <param name="Namespace">Where, by the namespace's name.</param>
/// <param name="Old">Value before.</param>
/// <param name="New">Value after.</param>
/// <param name="Scenario">The reason's stable name.</param>
/// <param name="Evidence">What was measured.</param>
public sealed record ChangeReport(
    DateTimeOffset At,
    string Tuner,
    string Tunable,
    string Namespace,
    string Old,
    string New,
    string Scenario,
    string Evidence)
{
    /// <summary>How its trial stands: 'on trial', 'kept: drops 12 % → 0.1 %'; null where its effect cannot be measured.</summary>
    public string? Trial { get; init; }
}
