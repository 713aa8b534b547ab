using BpfTune.Engine.Control;

namespace BpfTune.Engine.Running;

/// <summary>A tuner that was found, running or not.</summary>
internal sealed class TunerSlot(string name, string summary, string path)
{
    public string Name { get; } = name;

    public string Summary { get; } = summary;

    public string Path { get; } = path;

    public TunerState State { get; private set; } = TunerState.Disabled;

    /// <summary>Why it does not run; null when it does.</summary>
    public string? Reason { get; private set; }

    /// <summary>What was loaded of it; it may have been stopped since.</summary>
    public RunningTuner? Tuner { get; set; }

    public void SetState(TunerState state, string? reason)
    {
        State = state;
        Reason = reason;
    }
}
