namespace BpfTune.Engine.Tuning;

/// <summary>The latest change of one member of a tunable in one namespace.</summary>
/// <param name="Direction">1 up, -1 down.</param>
/// <param name="Age">How long ago.</param>
/// <param name="Scenario">Why.</param>
public readonly record struct Move(int Direction, TimeSpan Age, string Scenario);
