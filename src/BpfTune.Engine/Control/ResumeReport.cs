namespace BpfTune.Engine.Control;

/// <summary>Where a tuner tunes again.</summary>
/// <param name="Tuner">The tuner's name.</param>
/// <param name="Namespaces">The namespaces in which it had stopped; empty when it had stopped nowhere.</param>
public sealed record ResumeReport(string Tuner, IReadOnlyList<string> Namespaces);
