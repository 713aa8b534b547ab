namespace BpfTune.LibBpf;

/// <summary>The probes behind <see cref="BpfFeatures"/>, each on its own.</summary>
internal static unsafe class FeatureProbe
{
    // enum bpf_attach_type of linux/bpf.h.
    private const int AttachSockCreate = 2;
    private const int AttachSockOps = 3;
    private const int AttachSysctl = 18;
    private const int AttachTraceRawTp = 23;
    private const int AttachTraceFentry = 24;

    private const uint FlagSleepable = 1 << 4;
    private const int HelperNetnsCookie = 122;

    // Functions that hardly ever run: the first exists for BPF's own tests, the second runs once per protocol control
    // block of a new socket.
    private static readonly string[] s_functions = ["bpf_fentry_test1", "tcp_init_sock", "ip_defrag"];
    private static readonly string[] s_tracepoints = ["tcp_destroy_sock", "sched_process_exit"];

    private static ulong Exit => 0x95;

    internal static ProbeResult RingBuffer()
    {
        var options = new Interop.BpfMapCreateOpts { Size = (nuint)sizeof(Interop.BpfMapCreateOpts) };
        var fd = Interop.bpf_map_create(
            (int)BpfMapType.RingBuffer, "probe", 0, 0, (uint)Environment.SystemPageSize, &options);
        return Closing(fd, "a ring buffer was created");
    }

    internal static ProbeResult SockOps() => Load(BpfProgramType.SockOps, AttachSockOps, [Return(1), Exit]);

    internal static ProbeResult CgroupSysctl() => Load(BpfProgramType.CgroupSysctl, AttachSysctl, [Return(1), Exit]);

    internal static ProbeResult CgroupSockCreate() =>
        Load(BpfProgramType.CgroupSock, AttachSockCreate, [Return(1), Exit]);

    // The context is in r1 at entry, which is where the helper wants it.
    internal static ProbeResult NetnsCookie() =>
        Load(BpfProgramType.CgroupSock, AttachSockCreate, [Call(HelperNetnsCookie), Return(1), Exit]);

    internal static ProbeResult NetnsCookieInSockOps() =>
        Load(BpfProgramType.SockOps, AttachSockOps, [Call(HelperNetnsCookie), Return(1), Exit]);

    internal static ProbeResult SyscallPrograms() =>
        Load(BpfProgramType.Syscall, 0, [Return(0), Exit], flags: FlagSleepable);

    internal static ProbeResult Fentry(KernelBtf? btf)
    {
        if (btf is null)
            return new ProbeResult(ProbeAnswer.No, "this kernel has no BTF");
        var function = Array.Find(s_functions, btf.HasFunction);
        if (function is null)
            return new ProbeResult(ProbeAnswer.Inconclusive, "none of the functions to try it on is in this kernel");

        var fd = LoadProgram(
            BpfProgramType.Tracing, AttachTraceFentry, [Return(0), Exit], btfId: btf.FindFunction(function));
        if (fd < 0)
            return Refused(fd);
        using var program = new SafeBpfHandle(fd);

        // arm64 before 6.0 loads it and cannot attach it.
        return Closing(Interop.bpf_raw_tracepoint_open(null, fd), $"a program was attached to {function}");
    }

    internal static ProbeResult TpBtf(KernelBtf? btf)
    {
        if (btf is null)
            return new ProbeResult(ProbeAnswer.No, "this kernel has no BTF");
        var tracepoint = Array.Find(s_tracepoints, btf.HasTracepoint);
        return tracepoint is null
            ? new ProbeResult(ProbeAnswer.Inconclusive, "none of the tracepoints to try it on is in this kernel")
            : Load(
                BpfProgramType.Tracing, AttachTraceRawTp, [Return(0), Exit], btfId: btf.FindTracepoint(tracepoint));
    }

    internal static ProbeResult RawTracepoint()
    {
        var fd = LoadProgram(BpfProgramType.RawTracepoint, 0, [Return(0), Exit]);
        if (fd < 0)
            return Refused(fd);
        using var program = new SafeBpfHandle(fd);
        var error = 0;
        foreach (var tracepoint in s_tracepoints)
        {
            error = Interop.bpf_raw_tracepoint_open(tracepoint, fd);
            if (error != -Errno.ENOENT)
                return Closing(error, $"a program was attached to {tracepoint}");
        }

        return new ProbeResult(
            ProbeAnswer.Inconclusive, "none of the tracepoints to try it on is in this kernel", -error);
    }

    internal static ProbeResult Kprobe(KernelBtf? btf)
    {
        if (!KprobeEvent.IsPossible(KprobeMode.Default))
            return new ProbeResult(ProbeAnswer.No, KprobeEvent.WhyImpossible(KprobeMode.Default), Errno.ENOENT);

        var fd = LoadProgram(BpfProgramType.Kprobe, 0, [Return(0), Exit]);
        if (fd < 0)
            return Refused(fd);
        using var program = new SafeBpfHandle(fd);

        var function = (btf is null ? null : Array.Find(s_functions, btf.HasFunction)) ?? s_functions[1];
        var mode = KprobeEvent.IsPossible(KprobeMode.Perf) ? KprobeMode.Perf : KprobeMode.Legacy;
        using var probe = KprobeEvent.Open(function, onReturn: false, mode, out var errno);
        using var tie = probe?.Tie(program, mode, out errno);
        return tie is null
            ? Refused(-errno)
            : new ProbeResult(ProbeAnswer.Yes, $"a program was attached to {function}");
    }

    /// <summary>What a refusal means: without the privilege to try it, nothing is known.</summary>
    internal static ProbeResult Refused(int error, string? missingCapabilities, string? lockdown)
    {
        var errno = Math.Abs(error);
        return errno switch
        {
            Errno.EPERM or Errno.EACCES when missingCapabilities is not null =>
                new ProbeResult(ProbeAnswer.Inconclusive, $"this process lacks {missingCapabilities}", errno),
            Errno.EPERM when lockdown is not null and not "none" =>
                new ProbeResult(ProbeAnswer.No, $"the kernel refuses it (EPERM), lockdown is {lockdown}", errno),
            Errno.EPERM or Errno.EACCES => new ProbeResult(
                ProbeAnswer.No, $"the kernel refuses it ({Errno.Name(errno)})", errno),
            Errno.EINVAL or Errno.EOPNOTSUPP or Errno.KernelNotSupported or Errno.ENOENT or Errno.ESRCH =>
                new ProbeResult(ProbeAnswer.No, $"this kernel does not have it ({Errno.Name(errno)})", errno),
            _ => new ProbeResult(ProbeAnswer.Inconclusive, Errno.Describe(errno), errno),
        };
    }

    private static ProbeResult Refused(int error) =>
        Refused(error, KernelSecurity.MissingCapabilities(), KernelSecurity.LockdownLevel());

    private static ProbeResult Load(
        BpfProgramType type, int attachType, ReadOnlySpan<ulong> code, int btfId = 0, uint flags = 0) =>
        Closing(LoadProgram(type, attachType, code, btfId, flags), "a program was loaded");

    private static int LoadProgram(
        BpfProgramType type, int attachType, ReadOnlySpan<ulong> code, int btfId = 0, uint flags = 0)
    {
        var options = new Interop.BpfProgLoadOpts
        {
            Size = (nuint)sizeof(Interop.BpfProgLoadOpts),
            ExpectedAttachType = attachType,
            AttachBtfId = (uint)btfId,
            ProgramFlags = flags,
        };
        fixed (ulong* instructions = code)
            return Interop.bpf_prog_load((int)type, "probe", "GPL", instructions, (nuint)code.Length, &options);
    }

    private static ProbeResult Closing(int fd, string proof)
    {
        if (fd < 0)
            return Refused(fd);
        new SafeBpfHandle(fd).Dispose();
        return new ProbeResult(ProbeAnswer.Yes, proof);
    }

    // struct bpf_insn { __u8 code; __u8 dst:4, src:4; __s16 off; __s32 imm; } in little-endian order.
    private static ulong Return(int value) => 0xb7 | ((ulong)(uint)value << 32);

    private static ulong Call(int helper) => 0x85 | ((ulong)(uint)helper << 32);
}
