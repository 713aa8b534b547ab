namespace BpfTune.Sdk;

/// <summary>Something a tuner has learned, shown by <c>bpftune status</c>.</summary>
/// <param name="Name">Short name.</param>
/// <param name="Value">The value with its unit.</param>
public sealed record TunerFact(string Name, string Value);
