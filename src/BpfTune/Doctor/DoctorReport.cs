using BpfTune.Engine.Control;

namespace BpfTune.Doctor;

/// <summary>All that a bug report needs: the machine, what was found, and how each tuner comes out.</summary>
/// <param name="Version">The suite's version.</param>
/// <param name="System">What the machine is.</param>
/// <param name="Critical">What keeps the suite from working at all; empty when nothing does.</param>
/// <param name="Limitations">What works in part only.</param>
/// <param name="Settings">Lines of settings files that are passed over.</param>
/// <param name="SettingErrors">Lines of settings files because of which the daemon does not start.</param>
/// <param name="Features">What the kernel's BPF can do.</param>
/// <param name="Directories">Where tuners were looked for.</param>
/// <param name="EngineHooks">The engine's own hooks.</param>
/// <param name="Tuners">Each tuner that was found.</param>
internal sealed record DoctorReport(
    string Version,
    SystemReport System,
    IReadOnlyList<string> Critical,
    IReadOnlyList<string> Limitations,
    IReadOnlyList<string> Settings,
    IReadOnlyList<string> SettingErrors,
    IReadOnlyList<FeatureReport> Features,
    IReadOnlyList<DirectoryReport> Directories,
    IReadOnlyList<HookReport> EngineHooks,
    IReadOnlyList<TunerReport> Tuners)
{
    /// <summary>0 when every tuner runs (or is not needed), 1 when some do not, 2 when the settings keep the daemon from starting, 3 when no tuner can run.</summary>
    internal int Verdict()
    {
        if (Critical.Count > 0)
            return ExitCode.Unsupported;
        if (SettingErrors.Count > 0)
            return ExitCode.Usage;
        var well = Tuners.Count(t => t.State is TunerState.Running or TunerState.NotNeeded);
        if (well == Tuners.Count && well > 0)
            return ExitCode.Done;
        // Nothing found is a matter of installation, not of the kernel.
        return well > 0 || Tuners.Count == 0 ? ExitCode.Failed : ExitCode.Unsupported;
    }
}
