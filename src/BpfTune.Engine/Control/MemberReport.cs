namespace BpfTune.Engine.Control;

/// <summary>One member of a tunable.</summary>
/// <param name="Name"><c>min</c>, <c>default</c>, <c>max</c>; empty for a plain setting.</param>
/// <param name="Minimum">Smallest value that a tuner may set.</param>
/// <param name="Maximum">Largest value that a tuner may set.</param>
public sealed record MemberReport(string Name, long Minimum, long Maximum);
