namespace BpfTune.Vm.Guest;

/// <summary>Something that must be so on this kernel.</summary>
/// <param name="Name">A stable name in snake_case.</param>
/// <param name="Passed">Whether it is.</param>
/// <param name="Detail">What was measured or said.</param>
public sealed record Check(string Name, bool Passed, string Detail);
