using System.Collections.Immutable;
using BpfTune.Engine;
using BpfTune.Engine.Tuning;
using BpfTune.Sdk;

namespace BpfTune.Settings;

/// <summary>
/// Settings as given in one place, a file or the command line; what was not given is null. Layers are laid over each
/// other, the command line on top.
/// </summary>
internal sealed record DaemonSettings
{
    /// <summary>0 to 4.</summary>
    internal int? LearningRate { get; init; }

    /// <summary>Tuners to run.</summary>
    internal ImmutableArray<string>? Allow { get; init; }

    /// <summary>The cgroup2 directory.</summary>
    internal string? Cgroup { get; init; }

    /// <summary>More tuner directories.</summary>
    internal ImmutableArray<string>? LibDirectories { get; init; }

    /// <summary>Roll back when stopping.</summary>
    internal bool? Rollback { get; init; }

    /// <summary>Do without BTF tracing.</summary>
    internal bool? Legacy { get; init; }

    /// <summary>Let tenants move settings of the whole machine.</summary>
    internal bool? Tenants { get; init; }

    /// <summary>What may be done with everything that no rule is about.</summary>
    internal Sourced<TuningMode>? Mode { get; init; }

    /// <summary>What no rule goes beyond: the command line's mode.</summary>
    internal Sourced<TuningMode>? MostMode { get; init; }

    /// <summary>Mode and limits of tunables, in the order in which they were set.</summary>
    internal ImmutableArray<TunableRule>? TunableRules { get; init; }

    /// <summary>Modes in namespaces, in the order in which they were set.</summary>
    internal ImmutableArray<NamespaceRule>? NamespaceRules { get; init; }

    /// <summary>Log all that is normal, too.</summary>
    internal bool? Debug { get; init; }

    /// <summary>Log to standard error as on a terminal, whoever reads it.</summary>
    internal bool? Stderr { get; init; }

    /// <summary>Port for queries; 0: none, whatever a lower layer says.</summary>
    internal int? Port { get; init; }

    /// <summary>The port to use; null when there is none.</summary>
    internal int? PortInUse => Port is 0 ? null : Port;

    /// <summary>Where the control socket is.</summary>
    internal string? RuntimeDirectory { get; init; }

    /// <summary>Where the journal is.</summary>
    internal string? StateDirectory { get; init; }

    /// <summary>These settings, with those of a lower layer where these say nothing.</summary>
    internal DaemonSettings Over(DaemonSettings lower) => new()
    {
        LearningRate = LearningRate ?? lower.LearningRate,
        Allow = Allow ?? lower.Allow,
        Cgroup = Cgroup ?? lower.Cgroup,
        LibDirectories = LibDirectories ?? lower.LibDirectories,
        Rollback = Rollback ?? lower.Rollback,
        Legacy = Legacy ?? lower.Legacy,
        Tenants = Tenants ?? lower.Tenants,
        Mode = Mode ?? lower.Mode,
        MostMode = MostMode ?? lower.MostMode,
        TunableRules = TunableRules ?? lower.TunableRules,
        NamespaceRules = NamespaceRules ?? lower.NamespaceRules,
        Debug = Debug ?? lower.Debug,
        Stderr = Stderr ?? lower.Stderr,
        Port = Port ?? lower.Port,
        RuntimeDirectory = RuntimeDirectory ?? lower.RuntimeDirectory,
        StateDirectory = StateDirectory ?? lower.StateDirectory,
    };

    /// <summary>The engine's options: these settings over the defaults.</summary>
    internal EngineOptions ToEngineOptions()
    {
        var defaults = new EngineOptions();
        return defaults with
        {
            LearningRate = LearningRate is { } rate ? new LearningRate(rate) : defaults.LearningRate,
            Allow = Allow ?? defaults.Allow,
            CgroupDirectory = Cgroup,
            LibDirectories = LibDirectories ?? defaults.LibDirectories,
            Rollback = Rollback ?? defaults.Rollback,
            Legacy = Legacy ?? defaults.Legacy,
            Tenants = Tenants ?? defaults.Tenants,
            Rules = ToRules(),
            Port = PortInUse,
            RuntimeDirectory = RuntimeDirectory ?? defaults.RuntimeDirectory,
            StateDirectory = StateDirectory ?? defaults.StateDirectory,
        };
    }

    /// <summary>Mode and limits.</summary>
    internal TuningRules ToRules() => Mode is null && MostMode is null && TunableRules is null && NamespaceRules is null
        ? TuningRules.None
        : new TuningRules
        {
            Mode = Mode,
            Most = MostMode,
            Tunables = TunableRules ?? [],
            Namespaces = NamespaceRules ?? [],
        };
}
