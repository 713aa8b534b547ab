namespace BpfTune.LibBpf;

/// <summary>What came out of a test run.</summary>
/// <param name="ReturnValue">The program's return value.</param>
/// <param name="Duration">The mean time of one run, to the 100 ns of a TimeSpan.</param>
/// <param name="DurationNanoseconds">The mean time of one run, in ns.</param>
/// <param name="DataLength">How long the packet is afterwards, in bytes; 0 when there was room for none.</param>
/// <param name="ContextLength">How long the context is afterwards, in bytes; 0 when there was room for none.</param>
public readonly record struct BpfTestRunResult(
    uint ReturnValue, TimeSpan Duration, uint DurationNanoseconds, int DataLength, int ContextLength);
