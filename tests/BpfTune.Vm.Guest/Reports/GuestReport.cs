namespace BpfTune.Vm.Guest;

/// <summary>All that one boot has shown.</summary>
/// <param name="Kernel">What uname -r says.</param>
/// <param name="Cells">The matrix of hooks and mechanisms.</param>
/// <param name="Checks">Everything else.</param>
/// <param name="Seconds">How long each part took.</param>
public sealed record GuestReport(string Kernel, IReadOnlyList<Cell> Cells, IReadOnlyList<Check> Checks, IReadOnlyDictionary<string, double> Seconds);
