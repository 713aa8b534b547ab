namespace BpfTune.Skeletons.Model;

/// <summary>The sections of global variables.</summary>
internal enum VariableGroup
{
    /// <summary>Constant once loaded.</summary>
    Rodata,

    /// <summary>Initialized.</summary>
    Data,

    /// <summary>Zero at first.</summary>
    Bss,
}
