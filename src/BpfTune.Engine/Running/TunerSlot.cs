using BpfTune.Engine.Control;
using BpfTune.Engine.Loop;
using BpfTune.Engine.Plugins;

namespace BpfTune.Engine.Running;

/// <summary>A tuner that was found, running or not.</summary>
internal sealed class TunerSlot(string name, string path)
{
    // A read that fails once is well a second later; what is broken for good is not tried for ever.
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan s_forget = TimeSpan.FromMinutes(10);

    public string Name { get; } = name;

    public string Summary { get; set; } = "";

    public string Path { get; } = path;

    public TunerState State { get; private set; } = TunerState.Disabled;

    /// <summary>Why it does not run; null when it does.</summary>
    public string? Reason { get; private set; }

    /// <summary>What was loaded of it; it may have been stopped since.</summary>
    public RunningTuner? Tuner { get; set; }

    /// <summary>What tuners are made of; null when the file was refused.</summary>
    public TunerModule? Module { get; init; }

    /// <summary>The tuner as its calls are known; null when the file was refused.</summary>
    public TunerCallSite? Site { get; init; }

    /// <summary>How long to wait after a failure: one that is not followed by another for ten minutes is forgotten.</summary>
    public GrowingPauses Pauses { get; set; } = NewPauses();

    /// <summary>Runs out when it is to be tried again; null when it is not.</summary>
    public IDisposable? Retry { get; set; }

    /// <summary>Runs out when a tuner that was suspected of a crash has been well for long enough.</summary>
    public IDisposable? Trial { get; set; }

    /// <summary>Nothing is to become of it any more by itself.</summary>
    public void Forget()
    {
        Retry?.Dispose();
        Trial?.Dispose();
    }

    public static GrowingPauses NewPauses() => new(s_firstPause, s_longestPause, s_forget);

    public void SetState(TunerState state, string? reason)
    {
        State = state;
        Reason = reason;
    }
}
