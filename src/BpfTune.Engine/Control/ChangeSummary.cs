namespace BpfTune.Engine.Control;

/// <summary>All changes of one tunable in one namespace for one reason.</summary>
/// <param name="Tuner">Who wanted them.</param>
/// <param name="Tunable">What.</param>
/// <param name="Namespace">Where, by the namespace's name.</param>
/// <param name="Scenario">The reason's stable name.</param>
/// <param name="Count">How many.</param>
/// <param name="First">The value before the first.</param>
/// <param name="Last">The value after the last.</param>
/// <param name="Evidence">What was measured at the last.</param>
public sealed record ChangeSummary(
    string Tuner,
    string Tunable,
    string Namespace,
    string Scenario,
    long Count,
    string First,
    string Last,
    string Evidence);
