namespace BpfTune.Sdk;

/// <summary>What a tuner may ask of the kernel before it is loaded.</summary>
/// <param name="Release">As <c>uname -r</c> prints it.</param>
/// <param name="Version">Major and minor number of the release; 0.0 when it cannot be read.</param>
public sealed record KernelFacts(string Release, Version Version);
