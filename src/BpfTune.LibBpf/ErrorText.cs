namespace BpfTune.LibBpf;

/// <summary>Puts an error number into words that fit what was being done.</summary>
internal static class ErrorText
{
    /// <summary>The reason for a program's failure to load or attach.</summary>
    /// <param name="operation">What was being done.</param>
    /// <param name="errno">The error number, positive.</param>
    /// <param name="section">The program's section with the target that was really used.</param>
    /// <param name="verifierLine">The verifier's last word, when it had one.</param>
    /// <param name="privilege">Why the kernel may have refused it, when that can be told.</param>
    internal static string Reason(
        BpfOperation operation, int errno, BpfSection? section, string? verifierLine, Func<string?> privilege)
    {
        if (section is { } s && IsMissingTarget(operation, errno, s.Mechanism, verifierLine))
            return MissingTarget(s);

        return errno switch
        {
            Errno.EPERM when operation is BpfOperation.Pin => "it is not on a BPF file system",
            Errno.EPERM => Refused(privilege()),
            Errno.EACCES when verifierLine is null => Refused(privilege()),
            Errno.ENOMEM => "out of memory, or over the memory limit of its cgroup",
            _ when operation is BpfOperation.Load && verifierLine is not null => Rejected(errno, verifierLine, privilege),
            Errno.EINVAL when operation is BpfOperation.Load =>
                "this kernel does not know its program type, attach type or flags",
            Errno.EINVAL when operation is BpfOperation.Attach => "this kernel cannot attach such a program there",
            Errno.EINVAL when operation is BpfOperation.CreateMap => "this kernel does not know its map type, flags or sizes",
            Errno.E2BIG when operation is BpfOperation.Load =>
                "it is too large or too complex for this kernel's verifier",
            Errno.E2BIG when operation is BpfOperation.AccessMap => "the map is full",
            Errno.E2BIG when operation is BpfOperation.CreateMap => "it is larger than this kernel allows",
            Errno.EOPNOTSUPP or Errno.KernelNotSupported when operation is BpfOperation.TestRun =>
                "this kernel cannot test-run a program of its type",
            Errno.EOPNOTSUPP or Errno.KernelNotSupported => "this kernel does not support it",
            Errno.ENOENT when operation is BpfOperation.OpenPinned => "nothing is pinned there",
            Errno.ENOENT when operation is BpfOperation.Pin => "there is no such directory",
            // Since 6.7 a kprobe by name is refused when the name is not unique: kernel/trace/trace_kprobe.c.
            Errno.EADDRNOTAVAIL when operation is BpfOperation.Attach && section?.Target is { } target =>
                $"kernel has several functions named {target}",
            Errno.EEXIST when operation is BpfOperation.Attach => "it is attached there already",
            Errno.EBUSY when operation is BpfOperation.Attach => "another program has that place and does not share it",
            Errno.EBADF when operation is BpfOperation.Attach => "there is no such cgroup",
            Errno.ESRCH when operation is BpfOperation.Load => "the kernel lacks something that it refers to",
            _ => Errno.Words(errno),
        };
    }

    /// <summary>Why the kernel may have answered EPERM or EACCES; null when nothing points to a cause.</summary>
    internal static string? PrivilegeReason() =>
        KernelSecurity.MissingCapabilities() is { } missing ? $"this process lacks {missing}"
        : IsMemoryCounted && KernelSecurity.LockedMemoryLimit() is { } bytes ? $"the limit of locked memory is {bytes} bytes (ulimit -l)"
        : KernelSecurity.LockdownLevel() is { } level and not "none" ? $"lockdown is {level}"
        : null;

    /// <summary>Since 5.11 BPF memory is charged to the cgroup and no longer to RLIMIT_MEMLOCK.</summary>
    private static bool IsMemoryCounted => Environment.OSVersion.Version < new Version(5, 11);

    internal static BpfException Make(
        BpfOperation operation,
        string objectName,
        int errno,
        string? programName = null,
        BpfSection? section = null,
        string? mapName = null,
        string? verifierLine = null,
        string? fullLog = null)
    {
        errno = Math.Abs(errno);
        var reason = Reason(operation, errno, section, verifierLine, PrivilegeReason);
        return MakeWithReason(operation, objectName, errno, reason, programName, section, mapName, verifierLine, fullLog);
    }

    internal static BpfException MakeWithReason(
        BpfOperation operation,
        string objectName,
        int errno,
        string reason,
        string? programName = null,
        BpfSection? section = null,
        string? mapName = null,
        string? verifierLine = null,
        string? fullLog = null)
    {
        var what = (programName, mapName) switch
        {
            ({ } program, _) => $"{objectName}: cannot {Verb(operation)} program {program} ({section?.ToString() ?? "?"})",
            (_, { } map) => $"{objectName}: cannot {Verb(operation)} map {map}",
            _ => $"cannot {Verb(operation)} {objectName}",
        };
        var detail = verifierLine is null ? string.Empty : $"; verifier: {verifierLine}";
        return new BpfException($"{what}: {reason} ({Errno.Name(errno)}){detail}", objectName, errno)
        {
            ProgramName = programName,
            MapName = mapName,
            Mechanism = section?.Mechanism,
            Target = section?.Target,
            Reason = reason,
            LastVerifierLine = verifierLine,
            FullLog = fullLog,
        };
    }

    /// <summary>
    /// libbpf answers ESRCH (from 1.0 on) for a function or tracepoint that the kernel's BTF lacks, before it asks the
    /// kernel; the kernel answers ENOENT when a raw tracepoint or a kprobe's function is not there.
    /// </summary>
    private static bool IsMissingTarget(BpfOperation operation, int errno, BpfMechanism mechanism, string? verifierLine) =>
        (operation, errno) switch
        {
            (BpfOperation.Load, Errno.ESRCH or Errno.ENOENT) => verifierLine is null && mechanism is
                BpfMechanism.Fentry or BpfMechanism.Fexit or BpfMechanism.FmodRet or BpfMechanism.TpBtf
                or BpfMechanism.Lsm or BpfMechanism.LsmCgroup or BpfMechanism.Iterator or BpfMechanism.Freplace,
            (BpfOperation.Attach, Errno.ENOENT) => mechanism is
                BpfMechanism.RawTracepoint or BpfMechanism.Tracepoint or BpfMechanism.Kprobe or BpfMechanism.Kretprobe
                or BpfMechanism.KprobeMulti or BpfMechanism.KretprobeMulti or BpfMechanism.TpBtf,
            (BpfOperation.Attach, Errno.ESRCH) => mechanism is
                BpfMechanism.Kprobe or BpfMechanism.Kretprobe or BpfMechanism.KprobeMulti or BpfMechanism.KretprobeMulti,
            _ => false,
        };

    private static string Refused(string? why) =>
        why is null ? "the kernel refuses it" : $"the kernel refuses it: {why}";

    /// <summary>The verifier's number depends on the place in it that gave up: EACCES, EINVAL, EFAULT, ENOTSUPP…</summary>
    private static string Rejected(int errno, string line, Func<string?> privilege) =>
        line.Contains("CO-RE relocation", StringComparison.Ordinal) ? "this kernel lacks a type or member that it uses"
        : errno == Errno.E2BIG || line.Contains("too complex", StringComparison.Ordinal)
            ? "it is too large or too complex for this kernel's verifier"
        // LOCKDOWN_BPF_READ_KERNEL takes the helpers away: 'unknown func' before 6.8, 'program of this type cannot use helper' since.
        : line.Contains("bpf_probe_read", StringComparison.Ordinal) && privilege() is { } why && why.StartsWith("lockdown", StringComparison.Ordinal)
            ? $"it may not read the kernel's memory: {why}"
        : "the kernel's verifier rejects it";

    private static string MissingTarget(BpfSection section) => section.Mechanism switch
    {
        BpfMechanism.TpBtf or BpfMechanism.RawTracepoint or BpfMechanism.Tracepoint =>
            $"kernel has no tracepoint {section.Target} to trace",
        BpfMechanism.Lsm or BpfMechanism.LsmCgroup => $"kernel has no LSM hook {section.Target}",
        BpfMechanism.Iterator => $"kernel has no iterator over {section.Target}",
        _ => $"kernel has no function {section.Target} to trace",
    };

    private static string Verb(BpfOperation operation) => operation switch
    {
        BpfOperation.Open => "open",
        BpfOperation.Load => "load",
        BpfOperation.Attach => "attach",
        BpfOperation.CreateMap => "create",
        BpfOperation.AccessMap => "access",
        BpfOperation.Pin => "pin",
        BpfOperation.OpenPinned => "open the pinned",
        BpfOperation.TestRun => "test-run",
        BpfOperation.Inspect => "inspect",
        _ => "set up",
    };
}
