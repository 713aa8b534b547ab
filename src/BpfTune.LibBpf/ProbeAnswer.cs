namespace BpfTune.LibBpf;

/// <summary>The outcome of a probe.</summary>
public enum ProbeAnswer
{
    /// <summary>Could not be found out: a privilege is missing, or the means to try it.</summary>
    Inconclusive = 0,

    /// <summary>It was tried and works.</summary>
    Yes = 1,

    /// <summary>It was tried and does not.</summary>
    No = 2,
}
