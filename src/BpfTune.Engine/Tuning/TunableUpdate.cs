using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>What an update saw and did.</summary>
/// <param name="Before">The value found.</param>
/// <param name="Wanted">The value written; null when the decision was to write nothing.</param>
/// <param name="After">The value read back; equal to <paramref name="Before"/> when nothing was written.</param>
public readonly record struct TunableUpdate(TunableValue Before, TunableValue? Wanted, TunableValue After);
