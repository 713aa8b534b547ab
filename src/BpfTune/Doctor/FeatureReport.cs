namespace BpfTune.Doctor;

/// <summary>Something that the kernel's BPF can or cannot do.</summary>
/// <param name="Name">What.</param>
/// <param name="Answer"><c>yes</c>, <c>no</c> or <c>inconclusive</c>.</param>
/// <param name="Reason">Why not, in a plain sentence; null for yes.</param>
internal sealed record FeatureReport(string Name, string Answer, string? Reason);
