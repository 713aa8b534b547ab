using System.Collections.Immutable;
using BpfTune.LibBpf;
using BpfTune.Sdk;

namespace BpfTune.Engine.Kernel;

/// <summary>What this kernel can do and what this process may, found out once.</summary>
/// <param name="Kernel">Release and version.</param>
/// <param name="Features">Which kinds of BPF program load and attach, each with a reason if not; null without libbpf.</param>
/// <param name="Process">The process's capabilities.</param>
/// <param name="Lockdown">'none', 'integrity' or 'confidentiality'; null when that cannot be told.</param>
/// <param name="LibBpfProblem">Why libbpf cannot be used; null when it can.</param>
/// <param name="ProcSysProblem">Why no sysctl can be written; null when they can.</param>
public sealed record KernelCapabilities(
    KernelFacts Kernel,
    BpfFeatures? Features,
    ProcessCapabilities Process,
    string? Lockdown,
    string? LibBpfProblem,
    string? ProcSysProblem)
{
    /// <summary>Probes the running kernel; takes some milliseconds.</summary>
    /// <param name="btf">The kernel's BTF when it is open already.</param>
    public static KernelCapabilities Probe(KernelBtf? btf = null)
    {
        var usable = LibBpfVersion.TryGet(out _, out var problem);
        return new KernelCapabilities(
            KernelRelease.Read(),
            usable ? BpfFeatures.Probe(btf) : null,
            ProcessCapabilities.Read(),
            KernelSecurity.LockdownLevel(),
            problem,
            ProcSys.WhyNotWritable())
        {
            FilesProblem = ProcessLimits.WhyTooFewFiles(),
            WhyFunctionsAreNotTraced = FunctionTracing.WhyOff,
            IsLockedMemoryLimited = KernelSecurity.LockedMemoryLimit() is not null,
        };
    }

    /// <summary>Why this process may not open as many files as it needs; null when it may.</summary>
    public string? FilesProblem { get; init; }

    /// <summary>
    /// Says why programs on kernel functions attach and never run; null when they run. Asked anew each time, since an
    /// administrator may change it.
    /// </summary>
    public Func<string?> WhyFunctionsAreNotTraced { get; init; } = static () => null;

    /// <summary>Whether the limit of locked memory is one; it counts for BPF before Linux 5.11 only.</summary>
    public bool IsLockedMemoryLimited { get; init; } = true;

    /// <summary>
    /// Why the suite cannot do its job at all: one sentence each, the root cause first. Empty when it can.
    /// </summary>
    public ImmutableArray<string> Critical => KernelText.Critical(this);

    /// <summary>What works in part only: one sentence each.</summary>
    public ImmutableArray<string> Limitations => KernelText.Limitations(this);

    /// <summary>Why no program of this kind can work; null when it can or nobody knows.</summary>
    internal string? WhyNot(BpfMechanism mechanism)
    {
        if (Features is null)
            return LibBpfProblem ?? "libbpf cannot be used";
        var result = mechanism switch
        {
            BpfMechanism.Fentry or BpfMechanism.Fexit or BpfMechanism.FmodRet => Features.Fentry,
            BpfMechanism.Kprobe or BpfMechanism.Kretprobe => Features.Kprobe,
            BpfMechanism.TpBtf => Features.TpBtf,
            BpfMechanism.RawTracepoint => Features.RawTracepoint,
            BpfMechanism.SockOps => Features.SockOps,
            BpfMechanism.CgroupSysctl => Features.CgroupSysctl,
            BpfMechanism.CgroupSockCreate => Features.CgroupSockCreate,
            BpfMechanism.Syscall => Features.SyscallPrograms,
            _ => null,
        };
        return result is { IsNo: true } ? result.Reason
            : FunctionTracing.Serves(mechanism) ? WhyFunctionsAreNotTraced()
            : null;
    }
}
