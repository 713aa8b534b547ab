namespace BpfTune.Faults.Tests;

/// <summary>A try in which the daemon did not do what it must.</summary>
/// <param name="Seed">What makes the same choices again.</param>
/// <param name="Failure">What was seen.</param>
internal sealed record Loss(int Seed, Exception Failure);
