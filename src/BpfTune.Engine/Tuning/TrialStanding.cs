namespace BpfTune.Engine.Tuning;

/// <summary>How the trial stands that a change is part of; all changes of one trial share it.</summary>
public sealed class TrialStanding
{
    internal TrialStanding()
    {
    }

    /// <summary>'on trial', 'kept: drops 12 % → 0.1 %', 'taken back: no difference (drops 12 % → 12 %)'.</summary>
    public string Text { get; internal set; } = "on trial";
}
