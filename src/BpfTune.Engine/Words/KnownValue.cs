using BpfTune.Sdk;

namespace BpfTune.Engine.Words;

/// <summary>The last value known of a tunable in a namespace.</summary>
/// <param name="Value">Ours as it was read back, or the first one seen.</param>
/// <param name="Before">What our latest write replaced; null while there is none.</param>
/// <param name="WrittenNs">When that write had ended, in nanoseconds of CLOCK_MONOTONIC.</param>
internal readonly record struct KnownValue(TunableValue Value, TunableValue? Before = null, ulong WrittenNs = 0);
