using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.LibBpf;

/// <summary>A loaded program. It belongs to its <see cref="BpfLoadedObject"/>; the links it makes are the caller's.</summary>
public sealed unsafe class BpfProgram : IDisposable
{
    private readonly SafeBpfObjectHandle _object;
    private readonly nint _program;
    private readonly string _objectName;

    internal BpfProgram(SafeBpfObjectHandle obj, nint program, string objectName, BpfProgramSpec spec)
    {
        _object = obj;
        _program = program;
        _objectName = objectName;
        Name = spec.Name;
        Section = spec.Section;
        Type = spec.Type;
        Fd = SafeBpfHandle.Duplicate(Interop.bpf_program__fd(program));
    }

    /// <summary>The C function's name.</summary>
    public string Name { get; }

    /// <summary>Its section, with the target it was really loaded for.</summary>
    public BpfSection Section { get; }

    /// <summary>The kernel's type.</summary>
    public BpfProgramType Type { get; }

    /// <summary>Its descriptor, closed with the object.</summary>
    public SafeBpfHandle Fd { get; }

    /// <summary>libbpf's own. It lives as long as the object.</summary>
    internal nint Pointer => _program;

    /// <summary>Attaches it to what its section names: a fentry, tp_btf, raw_tp, tp, kprobe, lsm or iter program.</summary>
    /// <exception cref="BpfException">The kernel refuses it, or the section names no target.</exception>
    public BpfLink Attach() => Attach(
        Section,
        static (p, traced) => traced ? Interop.bpf_program__attach_trace(p) : Interop.bpf_program__attach(p),
        TraceTargets.IsTracing(Section));

    /// <summary>Attaches a sockops, cgroup/sysctl, cgroup/sock_create or other cgroup program to a cgroup.</summary>
    /// <param name="cgroup">A directory of a cgroup2 file system: <see cref="CgroupDirectory.Open"/>.</param>
    /// <exception cref="BpfException">The kernel refuses it.</exception>
    public BpfLink AttachCgroup(SafeFileHandle cgroup)
    {
        ArgumentNullException.ThrowIfNull(cgroup);
        try
        {
            return Attach(Section, static (p, c) => Interop.bpf_program__attach_cgroup(p, c), cgroup);
        }
        catch (BpfException e) when (e.Errno == Errno.EPERM && CgroupHolder.Find(cgroup, Section.Mechanism) is { } holder)
        {
            throw ErrorText.MakeWithReason(BpfOperation.Attach, _objectName, e.Errno, holder, Name, Section, fullLog: e.FullLog);
        }
    }

    /// <summary>Attaches a raw_tp program to a tracepoint.</summary>
    /// <param name="tracepoint">Its name without the group: 'tcp_retransmit_skb'.</param>
    /// <exception cref="BpfException">The kernel has no such tracepoint, or refuses it.</exception>
    public BpfLink AttachRawTracepoint(string tracepoint)
    {
        ArgumentException.ThrowIfNullOrEmpty(tracepoint);
        return Attach(
            Section with { Target = tracepoint },
            static (p, t) => Interop.bpf_program__attach_raw_tracepoint(p, t),
            tracepoint);
    }

    /// <summary>Attaches a tp program to a tracepoint by way of tracefs, which must be mounted.</summary>
    /// <param name="category">The tracepoint's group: 'tcp'.</param>
    /// <param name="name">The tracepoint: 'tcp_retransmit_skb'.</param>
    /// <exception cref="BpfException">There is no such tracepoint, no tracefs, or the kernel refuses it.</exception>
    public BpfLink AttachTracepoint(string category, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(category);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Attach(
            Section with { Target = $"{category}/{name}" },
            static (p, t) => Interop.bpf_program__attach_tracepoint(p, t.category, t.name),
            (category, name));
    }

    /// <summary>Attaches a kprobe program to a kernel function.</summary>
    /// <param name="function">The function's name.</param>
    /// <param name="onReturn">Whether to run at its return rather than its entry.</param>
    /// <param name="mode">How to make the probe.</param>
    /// <exception cref="BpfException">There is no such function, the mode is not there, or the kernel refuses it.</exception>
    public BpfLink AttachKprobe(string function, bool onReturn = false, KprobeMode mode = KprobeMode.Default)
    {
        ArgumentException.ThrowIfNullOrEmpty(function);
        var section = Section with { Target = function };
        if (!KprobeEvent.IsPossible(mode))
        {
            throw ErrorText.MakeWithReason(
                BpfOperation.Attach, _objectName, Errno.EOPNOTSUPP, KprobeEvent.WhyImpossible(mode), Name, section);
        }

        if (mode == KprobeMode.Default)
        {
            return Attach(
                section,
                static (p, k) =>
                {
                    var options = new Interop.BpfKprobeOpts
                    {
                        Size = (nuint)sizeof(Interop.BpfKprobeOpts),
                        ReturnProbe = k.onReturn ? (byte)1 : (byte)0,
                    };
                    return Interop.bpf_program__attach_kprobe_opts(p, k.function, &options);
                },
                (function, onReturn));
        }

        var probe = KprobeEvent.Open(function, onReturn, mode, out var errno);
        var link = probe?.Tie(Fd, mode, out errno);
        if (link is not null)
            return new BpfLink(link, probe, Name, section);
        var opened = probe is not null;
        probe?.Dispose();
        throw opened && mode == KprobeMode.Link && errno == Errno.EINVAL
            ? ErrorText.MakeWithReason(
                BpfOperation.Attach, _objectName, errno,
                "this kernel ties no BPF link to a kprobe, as 5.15 and later do", Name, section)
            : ErrorText.Make(BpfOperation.Attach, _objectName, errno, Name, section);
    }

    /// <summary>Runs the program in the kernel, attached or not (BPF_PROG_TEST_RUN). Not every type can.</summary>
    /// <param name="data">The packet, for types that see one.</param>
    /// <param name="context">The context, for types that take one: the arguments of a raw_tp, the ctx of a syscall program.</param>
    /// <param name="dataOut">Where the packet goes afterwards; may be empty.</param>
    /// <param name="contextOut">Where the context goes afterwards; may be empty.</param>
    /// <param name="repeat">How often to run it. Only types that see a packet take more than 1.</param>
    /// <exception cref="BpfException">The kernel cannot run it so.</exception>
    public BpfTestRunResult TestRun(
        ReadOnlySpan<byte> data = default,
        ReadOnlySpan<byte> context = default,
        Span<byte> dataOut = default,
        Span<byte> contextOut = default,
        int repeat = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(repeat);
        return Type == BpfProgramType.Syscall
            ? TestRunSyscall(data, context, contextOut, repeat)
            : TestRunCore(data, context, dataOut, contextOut, repeat);
    }

    /// <summary>What the kernel knows of it: its id, size, and, with <see cref="BpfStatistics"/> on, its run time.</summary>
    /// <exception cref="BpfException">The kernel does not say.</exception>
    public BpfProgramInfo GetInfo() => BpfProgramInfo.Read(Fd);

    /// <summary>Pins it on a BPF file system, where it outlives this process.</summary>
    /// <param name="path">A path that does not exist yet, in a directory that does.</param>
    /// <exception cref="BpfException">It cannot be pinned there.</exception>
    public void Pin(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var error = Interop.bpf_obj_pin(Fd, path);
        if (error < 0)
            throw ErrorText.Make(BpfOperation.Pin, _objectName, error, Name, Section);
    }

    /// <summary>Closes the descriptor. The owning object does so.</summary>
    public void Dispose() => Fd.Dispose();

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Section})";

    private BpfLink Attach<TState>(BpfSection section, Func<nint, TState, nint> attach, TState state)
    {
        var held = false;
        var lines = LibBpfLog.BeginCapture();
        try
        {
            _object.DangerousAddRef(ref held);
            var link = attach(_program, state);
            if (link != 0)
                return new BpfLink(new SafeBpfLinkHandle(link), null, Name, section);

            var errno = Marshal.GetLastPInvokeError();
            if (section.Mechanism is BpfMechanism.Kprobe or BpfMechanism.Kretprobe
                && !KprobeEvent.IsPossible(KprobeMode.Default))
            {
                throw ErrorText.MakeWithReason(
                    BpfOperation.Attach, _objectName, Errno.EOPNOTSUPP,
                    KprobeEvent.WhyImpossible(KprobeMode.Default), Name, section);
            }

            if (errno == Errno.ENOENT && section.Mechanism == BpfMechanism.Tracepoint && !TraceFs.IsMounted)
            {
                throw ErrorText.MakeWithReason(
                    BpfOperation.Attach, _objectName, errno, "tracefs is not mounted", Name, section);
            }

            throw ErrorText.Make(
                BpfOperation.Attach, _objectName, errno, Name, section, fullLog: LoadFailure.Join(lines));
        }
        finally
        {
            LibBpfLog.EndCapture();
            if (held)
                _object.DangerousRelease();
        }
    }

    private BpfTestRunResult TestRunCore(
        ReadOnlySpan<byte> data, ReadOnlySpan<byte> context, Span<byte> dataOut, Span<byte> contextOut, int repeat)
    {
        fixed (byte* dataPointer = data, contextPointer = context, dataOutPointer = dataOut, contextOutPointer = contextOut)
        {
            var options = new Interop.BpfTestRunOpts
            {
                Size = (nuint)sizeof(Interop.BpfTestRunOpts),
                DataIn = dataPointer,
                DataInSize = (uint)data.Length,
                DataOut = dataOutPointer,
                DataOutSize = (uint)dataOut.Length,
                ContextIn = contextPointer,
                ContextInSize = (uint)context.Length,
                ContextOut = contextOutPointer,
                ContextOutSize = (uint)contextOut.Length,
                Repeat = repeat == 1 ? 0 : repeat, // Types that cannot repeat refuse a 1 too.
            };
            var error = Interop.bpf_prog_test_run_opts(Fd, &options);
            if (error < 0)
                throw ErrorText.Make(BpfOperation.TestRun, _objectName, error, Name, Section);
            return new BpfTestRunResult(
                options.ReturnValue,
                TimeSpan.FromTicks(options.Duration / TimeSpan.NanosecondsPerTick),
                options.Duration,
                (int)options.DataOutSize,
                (int)options.ContextOutSize);
        }
    }

    /// <summary>The kernel takes neither a packet nor a place for the context, but writes the context back where it was.</summary>
    private BpfTestRunResult TestRunSyscall(
        ReadOnlySpan<byte> data, ReadOnlySpan<byte> context, Span<byte> contextOut, int repeat)
    {
        if (!data.IsEmpty || repeat != 1)
            throw new ArgumentException($"{Name} is a syscall program: it is run once and sees no packet.");
        var copy = context.ToArray();
        var result = TestRunCore(default, copy, default, default, 1);
        var length = Math.Min(copy.Length, contextOut.Length);
        copy.AsSpan(0, length).CopyTo(contextOut);
        return result with { ContextLength = length };
    }
}
