namespace BpfTune.LibBpf;

/// <summary>An ELF section name of a program, taken apart as libbpf does.</summary>
/// <param name="Name">The section name, without the '?' that marks a program as not loaded by itself.</param>
/// <param name="Mechanism">How the program gets called.</param>
/// <param name="Prefix">The part of the name that says the mechanism, as libbpf documents it: 'fentry', 'cgroup/sysctl'.</param>
/// <param name="Target">The function, tracepoint or hook behind it; null when the section names none.</param>
public sealed record BpfSection(string Name, BpfMechanism Mechanism, string Prefix, string? Target)
{
    // From libbpf's section_defs, whose names are part of its API (docs/program_types.rst). '+' takes '/target'.
    private static readonly (string Prefix, BpfMechanism Mechanism, bool TakesTarget)[] s_known =
    [
        ("fentry", BpfMechanism.Fentry, true),
        ("fentry.s", BpfMechanism.Fentry, true),
        ("fexit", BpfMechanism.Fexit, true),
        ("fexit.s", BpfMechanism.Fexit, true),
        ("fmod_ret", BpfMechanism.FmodRet, true),
        ("fmod_ret.s", BpfMechanism.FmodRet, true),
        ("kprobe", BpfMechanism.Kprobe, true),
        ("kretprobe", BpfMechanism.Kretprobe, true),
        ("kprobe.multi", BpfMechanism.KprobeMulti, true),
        ("kretprobe.multi", BpfMechanism.KretprobeMulti, true),
        ("ksyscall", BpfMechanism.Ksyscall, true),
        ("kretsyscall", BpfMechanism.Kretsyscall, true),
        ("uprobe", BpfMechanism.Uprobe, true),
        ("uprobe.s", BpfMechanism.Uprobe, true),
        ("uretprobe", BpfMechanism.Uretprobe, true),
        ("uretprobe.s", BpfMechanism.Uretprobe, true),
        ("usdt", BpfMechanism.Usdt, true),
        ("tp_btf", BpfMechanism.TpBtf, true),
        ("raw_tp", BpfMechanism.RawTracepoint, true),
        ("raw_tracepoint", BpfMechanism.RawTracepoint, true),
        ("raw_tp.w", BpfMechanism.RawTracepoint, true),
        ("raw_tracepoint.w", BpfMechanism.RawTracepoint, true),
        ("tp", BpfMechanism.Tracepoint, true),
        ("tracepoint", BpfMechanism.Tracepoint, true),
        ("perf_event", BpfMechanism.PerfEvent, false),
        ("lsm", BpfMechanism.Lsm, true),
        ("lsm.s", BpfMechanism.Lsm, true),
        ("lsm_cgroup", BpfMechanism.LsmCgroup, true),
        ("iter", BpfMechanism.Iterator, true),
        ("iter.s", BpfMechanism.Iterator, true),
        ("freplace", BpfMechanism.Freplace, true),
        ("syscall", BpfMechanism.Syscall, false),
        ("sockops", BpfMechanism.SockOps, false),
        ("socket", BpfMechanism.SocketFilter, false),
        ("cgroup/sysctl", BpfMechanism.CgroupSysctl, false),
        ("cgroup/sock_create", BpfMechanism.CgroupSockCreate, false),
        ("cgroup/sock", BpfMechanism.CgroupSockCreate, false),
        ("cgroup/sock_release", BpfMechanism.CgroupSockRelease, false),
        ("cgroup/dev", BpfMechanism.CgroupDevice, false),
        ("cgroup/skb", BpfMechanism.CgroupSkb, false),
        ("cgroup_skb/ingress", BpfMechanism.CgroupSkb, false),
        ("cgroup_skb/egress", BpfMechanism.CgroupSkb, false),
        ("cgroup/getsockopt", BpfMechanism.CgroupSockopt, false),
        ("cgroup/setsockopt", BpfMechanism.CgroupSockopt, false),
        ("cgroup/post_bind4", BpfMechanism.CgroupPostBind, false),
        ("cgroup/post_bind6", BpfMechanism.CgroupPostBind, false),
        ("tc", BpfMechanism.SchedCls, false),
        ("tcx/ingress", BpfMechanism.SchedCls, false),
        ("tcx/egress", BpfMechanism.SchedCls, false),
        ("classifier", BpfMechanism.SchedCls, false),
        ("action", BpfMechanism.SchedAct, false),
        ("xdp", BpfMechanism.Xdp, false),
        ("xdp.frags", BpfMechanism.Xdp, false),
        ("xdp/cpumap", BpfMechanism.Xdp, false),
        ("xdp/devmap", BpfMechanism.Xdp, false),
        ("sk_msg", BpfMechanism.SkMsg, false),
        ("sk_skb", BpfMechanism.SkSkb, false),
        ("sk_skb/stream_parser", BpfMechanism.SkSkb, false),
        ("sk_skb/stream_verdict", BpfMechanism.SkSkb, false),
        ("sk_lookup", BpfMechanism.SkLookup, false),
        ("sk_reuseport", BpfMechanism.SkReuseport, false),
        ("sk_reuseport/migrate", BpfMechanism.SkReuseport, false),
        ("flow_dissector", BpfMechanism.FlowDissector, false),
        ("lwt_in", BpfMechanism.Lwt, false),
        ("lwt_out", BpfMechanism.Lwt, false),
        ("lwt_xmit", BpfMechanism.Lwt, false),
        ("lwt_seg6local", BpfMechanism.Lwt, false),
        ("struct_ops", BpfMechanism.StructOps, true),
        ("struct_ops.s", BpfMechanism.StructOps, true),
        ("netfilter", BpfMechanism.Netfilter, false),
    ];

    private static readonly string[] s_socketAddressVerbs =
        ["bind", "connect", "sendmsg", "recvmsg", "getpeername", "getsockname"];

    /// <summary>Takes a section name apart. A name that libbpf does not define is <see cref="BpfMechanism.Other"/>.</summary>
    /// <param name="sectionName">Such as 'fentry/tcp_sndbuf_expand', '?kprobe/fib6_age' or 'sockops'.</param>
    public static BpfSection Parse(string sectionName)
    {
        ArgumentNullException.ThrowIfNull(sectionName);
        var name = sectionName.StartsWith('?') ? sectionName[1..] : sectionName;

        foreach (var (prefix, mechanism, takesTarget) in s_known)
        {
            if (name == prefix)
                return new BpfSection(name, mechanism, prefix, null);
            if (takesTarget && name.Length > prefix.Length + 1 && name[prefix.Length] == '/'
                && name.StartsWith(prefix, StringComparison.Ordinal))
            {
                return new BpfSection(name, mechanism, prefix, name[(prefix.Length + 1)..]);
            }
        }

        return IsSocketAddress(name)
            ? new BpfSection(name, BpfMechanism.CgroupSockAddr, name, null)
            : new BpfSection(name, BpfMechanism.Other, name, null);
    }

    /// <summary>The section as libbpf spells it, with a target that replaces the section's own.</summary>
    public override string ToString() => Target is null ? Prefix : $"{Prefix}/{Target}";

    private static bool IsSocketAddress(string name)
    {
        const string Group = "cgroup/";
        if (!name.StartsWith(Group, StringComparison.Ordinal) || name.Length < Group.Length + 2)
            return false;
        if (name[^1] is not ('4' or '6'))
            return name.EndsWith("_unix", StringComparison.Ordinal) && IsVerb(name[Group.Length..^5]);
        return IsVerb(name[Group.Length..^1]);

        static bool IsVerb(string text) => Array.IndexOf(s_socketAddressVerbs, text) >= 0;
    }
}
