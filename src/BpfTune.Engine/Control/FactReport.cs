namespace BpfTune.Engine.Control;

/// <summary>Something a tuner has learned.</summary>
/// <param name="Name">Short name.</param>
/// <param name="Value">The value with its unit.</param>
public sealed record FactReport(string Name, string Value);
