namespace BpfTune.Engine.Control;

/// <summary>The daemon at a glance.</summary>
/// <param name="Version">The suite's version.</param>
/// <param name="ProcessId">The daemon's process id.</param>
/// <param name="Started">When it began, by today's clock, which may have been set since.</param>
/// <param name="UptimeSeconds">How long it has run, by a clock that nobody can set.</param>
/// <param name="Kernel">As <c>uname -r</c> prints it.</param>
/// <param name="LearningRate">0 to 4.</param>
/// <param name="RollbackAtExit">Whether all values are put back when it stops.</param>
/// <param name="Legacy">Whether it does without fentry and tp_btf.</param>
/// <param name="CgroupRoot">Where cgroup programs are attached; null when no cgroup2 hierarchy could be had.</param>
/// <param name="Hooks">The engine's own hooks: sysctl writes and new namespaces.</param>
/// <param name="Tuners">Each tuner's name, state and counts.</param>
/// <param name="Tunables">What running tuners manage, with values.</param>
/// <param name="Namespaces">Network namespaces known now.</param>
/// <param name="Events">Events read from the ring buffer.</param>
/// <param name="EventsLost">Events that did not fit into the ring buffer.</param>
/// <param name="EventsSuppressed">Events that the rate limit held back in the kernel.</param>
/// <param name="Changes">Changes made.</param>
/// <param name="JournalProblem">Why changes cannot be recorded now (and so are not made); null when all is well.</param>
public sealed record EngineStatus(
    string Version,
    int ProcessId,
    DateTimeOffset Started,
    double UptimeSeconds,
    string Kernel,
    int LearningRate,
    bool RollbackAtExit,
    bool Legacy,
    string? CgroupRoot,
    IReadOnlyList<HookReport> Hooks,
    IReadOnlyList<TunerReport> Tuners,
    IReadOnlyList<TunableReport> Tunables,
    int Namespaces,
    long Events,
    long EventsLost,
    long EventsSuppressed,
    long Changes,
    string? JournalProblem)
{
    /// <summary>The mode where no section of the settings says otherwise, and where it was set; null while everything is tuned.</summary>
    public RuleReport? Mode { get; init; }
}
