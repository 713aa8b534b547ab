namespace BpfTune.Vm.Guest;

/// <summary>What came of a mechanism that was forced.</summary>
public enum CellOutcome
{
    /// <summary>The tuner saw what was done.</summary>
    Delivers,

    /// <summary>The suite says that this kernel does not have it.</summary>
    Absent,

    /// <summary>It was in use, and the tuner saw nothing.</summary>
    Silent,
}
