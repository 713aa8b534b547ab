namespace BpfTune.Engine.Control;

/// <summary>What came of a tuner's events and proposals since it was loaded.</summary>
/// <param name="Events">Events it was given.</param>
/// <param name="Suppressed">Events of its that the rate limit held back in the kernel.</param>
/// <param name="Applied">Proposals written and read back.</param>
/// <param name="Unchanged">Proposals that left nothing to change within the bounds.</param>
/// <param name="Overridden">Proposals refused because an administrator has set the tunable.</param>
/// <param name="CoolingDown">Proposals too soon after a change in the other direction.</param>
/// <param name="Stale">Proposals made from a value that the kernel no longer had.</param>
/// <param name="Failed">Proposals that the kernel refused or that could not be recorded.</param>
/// <param name="NotTheirs">Proposals refused because a tenant's namespace led to them and they were about the machine.</param>
/// <param name="OnTrial">Proposals that have to wait until it is counted or judged what raises do.</param>
/// <param name="Resting">Proposals refused because raises were of no use.</param>
/// <param name="NotWanted">Proposals refused because of the settings' mode or limits.</param>
/// <param name="Advised">Proposals that became advice, since the mode is advise.</param>
public sealed record TunerCounts(
    long Events = 0,
    long Suppressed = 0,
    long Applied = 0,
    long Unchanged = 0,
    long Overridden = 0,
    long CoolingDown = 0,
    long Stale = 0,
    long Failed = 0,
    long NotTheirs = 0,
    long OnTrial = 0,
    long Resting = 0,
    long NotWanted = 0,
    long Advised = 0);
