namespace BpfTune.LibBpf;

/// <summary>What the running kernel can do, found out by doing it with the smallest programs there are.</summary>
/// <remarks>
/// A distribution backports and removes, and lockdown refuses: a kernel's version says little. Each probe loads a
/// program of two or three instructions, attaches it where that is what may fail, and takes it away again.
/// </remarks>
public sealed record BpfFeatures
{
    /// <summary>Ring buffer maps (since 5.8).</summary>
    public required ProbeResult RingBuffer { get; init; }

    /// <summary>The kernel's own BTF in /sys/kernel/btf/vmlinux.</summary>
    public required ProbeResult VmlinuxBtf { get; init; }

    /// <summary>fentry programs (since 5.5 on x86-64, 6.0 on arm64): loaded and attached.</summary>
    public required ProbeResult Fentry { get; init; }

    /// <summary>kprobes, by the kprobe PMU or by tracefs: opened and tied to a program.</summary>
    public required ProbeResult Kprobe { get; init; }

    /// <summary>Tracepoints with typed arguments (since 5.5).</summary>
    public required ProbeResult TpBtf { get; init; }

    /// <summary>Raw tracepoints (since 4.17): loaded and attached.</summary>
    public required ProbeResult RawTracepoint { get; init; }

    /// <summary>sock_ops programs (since 4.13).</summary>
    public required ProbeResult SockOps { get; init; }

    /// <summary>cgroup/sysctl programs (since 5.2).</summary>
    public required ProbeResult CgroupSysctl { get; init; }

    /// <summary>cgroup/sock_create programs (since 4.10).</summary>
    public required ProbeResult CgroupSockCreate { get; init; }

    /// <summary>bpf_get_netns_cookie in cgroup/sock_create programs (since 5.7).</summary>
    public required ProbeResult NetnsCookie { get; init; }

    /// <summary>bpf_get_netns_cookie in sock_ops programs (since 5.15).</summary>
    public required ProbeResult NetnsCookieInSockOps { get; init; }

    /// <summary>Programs that user space calls (since 5.14).</summary>
    public required ProbeResult SyscallPrograms { get; init; }

    /// <summary>All of them with their names, in the order of a report.</summary>
    public IEnumerable<KeyValuePair<string, ProbeResult>> All =>
    [
        new("ring buffer", RingBuffer),
        new("BTF", VmlinuxBtf),
        new("fentry", Fentry),
        new("kprobe", Kprobe),
        new("tp_btf", TpBtf),
        new("raw_tp", RawTracepoint),
        new("sockops", SockOps),
        new("cgroup/sysctl", CgroupSysctl),
        new("cgroup/sock_create", CgroupSockCreate),
        new("netns cookie", NetnsCookie),
        new("netns cookie in sockops", NetnsCookieInSockOps),
        new("syscall programs", SyscallPrograms),
    ];

    /// <summary>Probes the running kernel.</summary>
    /// <param name="btf">The kernel's BTF if it is open already; else it is opened for the probing.</param>
    /// <exception cref="PlatformNotSupportedException">libbpf is missing or too old.</exception>
    public static BpfFeatures Probe(KernelBtf? btf = null)
    {
        LibBpfRuntime.EnsureLoaded();
        KernelBtf? own = null;
        ProbeResult btfResult;
        try
        {
            if (btf is null)
                own = btf = KernelBtf.Open();
            btfResult = new ProbeResult(ProbeAnswer.Yes, $"{btf.TypeCount} types");
        }
        catch (BpfException e)
        {
            btfResult = new ProbeResult(ProbeAnswer.No, e.Reason, e.Errno);
        }

        using (own)
        {
            return new BpfFeatures
            {
                RingBuffer = FeatureProbe.RingBuffer(),
                VmlinuxBtf = btfResult,
                Fentry = FeatureProbe.Fentry(btf),
                Kprobe = FeatureProbe.Kprobe(btf),
                TpBtf = FeatureProbe.TpBtf(btf),
                RawTracepoint = FeatureProbe.RawTracepoint(),
                SockOps = FeatureProbe.SockOps(),
                CgroupSysctl = FeatureProbe.CgroupSysctl(),
                CgroupSockCreate = FeatureProbe.CgroupSockCreate(),
                NetnsCookie = FeatureProbe.NetnsCookie(),
                NetnsCookieInSockOps = FeatureProbe.NetnsCookieInSockOps(),
                SyscallPrograms = FeatureProbe.SyscallPrograms(),
            };
        }
    }
}
