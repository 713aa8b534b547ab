using System.Collections.Immutable;
using BpfTune.Engine.Tuning;
using BpfTune.Sdk;

namespace BpfTune.Engine;

/// <summary>All that can be set about the daemon. The defaults are those of an installation without a settings file.</summary>
public sealed record EngineOptions
{
    /// <summary>How far a tunable moves at a time.</summary>
    public LearningRate LearningRate { get; init; } = LearningRate.Default;

    /// <summary>Names of the tuners to run; empty runs all that are found.</summary>
    public ImmutableArray<string> Allow { get; init; } = [];

    /// <summary>The cgroup2 directory that cgroup programs are attached to; null takes the root of the hierarchy.</summary>
    public string? CgroupDirectory { get; init; }

    /// <summary>Tuner directories to look into after the standard ones.</summary>
    public ImmutableArray<string> LibDirectories { get; init; } = [];

    /// <summary>Whether every value is put back when the daemon stops.</summary>
    public bool Rollback { get; init; }

    /// <summary>Whether to do without mechanisms that need BTF (fentry, tp_btf).</summary>
    public bool Legacy { get; init; }

    /// <summary>Whether what is seen in tenants' namespaces may move settings of the whole machine.</summary>
    public bool Tenants { get; init; }

    /// <summary>Mode and limits; <see cref="TuningEngine.ChangeRules"/> exchanges them while it runs.</summary>
    public TuningRules Rules { get; init; } = TuningRules.None;

    /// <summary>TCP port on 127.0.0.1 that answers read-only queries; null opens none.</summary>
    public int? Port { get; init; }

    /// <summary>Holds the journal.</summary>
    public string StateDirectory { get; init; } = "/var/lib/bpftune";

    /// <summary>Holds the control socket and the lock that keeps a second daemon out.</summary>
    public string RuntimeDirectory { get; init; } = "/run/bpftune";

    /// <summary>The journal's file.</summary>
    public string JournalPath => Path.Combine(StateDirectory, "journal.jsonl");

    /// <summary>The control socket.</summary>
    public string ControlSocketPath => Path.Combine(RuntimeDirectory, "control.sock");

    /// <summary>The file that the running daemon holds locked; it contains its process id.</summary>
    public string PidFilePath => Path.Combine(RuntimeDirectory, "bpftune.pid");

    /// <summary>Whether a tuner of this name may run.</summary>
    public bool Allows(string tuner) => Allow.IsDefaultOrEmpty || Allow.Contains(tuner);
}
