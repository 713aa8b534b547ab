namespace BpfTune.Engine.Tuning;

/// <summary>How a trial ended.</summary>
internal enum TrialResult
{
    /// <summary>Less is lost: the raise stays.</summary>
    Helped,

    /// <summary>As much is lost as before: the raise is taken back.</summary>
    NoDifference,

    /// <summary>More is lost: the raise is taken back.</summary>
    Harm,
}
