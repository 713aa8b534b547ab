namespace BpfTune.Engine.Control;

/// <summary>Where a tuner tunes again.</summary>
/// <param name="Tuner">The tuner's name.</param>
/// <param name="Namespaces">The namespaces in which it had stopped; empty when it had stopped nowhere.</param>
public sealed record ResumeReport(string Tuner, IReadOnlyList<string> Namespaces)
{
    /// <summary>Whether it did not run, since it had failed or was left out, and was tried again.</summary>
    public bool Started { get; init; }
}
