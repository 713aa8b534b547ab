namespace BpfTune.Faults.Tests;

/// <summary>What can become of a file's bytes.</summary>
internal enum Damage
{
    /// <summary>Cut short.</summary>
    Torn,

    /// <summary>One bit is another.</summary>
    Flipped,

    /// <summary>A block that was not written to the disk.</summary>
    Zeros,

    /// <summary>A part is missing.</summary>
    CutOut,

    /// <summary>A part is there twice.</summary>
    Repeated,
}
