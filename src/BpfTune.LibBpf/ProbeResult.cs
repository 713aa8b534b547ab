namespace BpfTune.LibBpf;

/// <summary>Whether the kernel has a feature.</summary>
/// <param name="Answer">Yes, no, or not known.</param>
/// <param name="Reason">Why not, in plain words; for yes, what was tried.</param>
/// <param name="Errno">The error number behind it, positive; 0 for none.</param>
public sealed record ProbeResult(ProbeAnswer Answer, string Reason, int Errno = 0)
{
    /// <summary>Whether the feature is there for certain.</summary>
    public bool IsYes => Answer == ProbeAnswer.Yes;

    /// <summary>Whether the feature is missing for certain.</summary>
    public bool IsNo => Answer == ProbeAnswer.No;

    /// <inheritdoc/>
    public override string ToString() => Answer switch
    {
        ProbeAnswer.Yes => "yes",
        ProbeAnswer.No => $"no: {Reason}",
        _ => $"not known: {Reason}",
    };
}
