namespace BpfTune.Engine.Control;

/// <summary>A tuner that was found.</summary>
/// <param name="Name">As an administrator types it.</param>
/// <param name="Summary">What it tunes, in one line; empty when it was refused.</param>
/// <param name="State">What it is doing.</param>
/// <param name="Reason">Why it does not run; null when it does.</param>
/// <param name="Path">The file it came from.</param>
/// <param name="Hooks">Its hooks on this kernel.</param>
/// <param name="Overrides">Where an administrator's own setting stopped it.</param>
/// <param name="Facts">What it has learned.</param>
/// <param name="Counts">What came of its events and proposals.</param>
public sealed record TunerReport(
    string Name,
    string Summary,
    TunerState State,
    string? Reason,
    string? Path,
    IReadOnlyList<HookReport> Hooks,
    IReadOnlyList<OverrideReport> Overrides,
    IReadOnlyList<FactReport> Facts,
    TunerCounts Counts);
