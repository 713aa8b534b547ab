namespace BpfTune.Vm;

/// <summary>What came of a virtual machine.</summary>
/// <param name="ExitCode">Of the command.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Console">What the kernel and the guest's own scripts printed.</param>
/// <param name="Results">The files that it left in /vm/results, by name.</param>
/// <param name="Elapsed">From the start of the emulator to its end.</param>
public sealed record VmResult(
    int ExitCode, IReadOnlyList<string> Output, string Console, IReadOnlyDictionary<string, byte[]> Results, TimeSpan Elapsed);
