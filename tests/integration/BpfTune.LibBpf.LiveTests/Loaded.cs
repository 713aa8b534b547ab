namespace BpfTune.LibBpf.LiveTests;

/// <summary>One program of an object, loaded alone: what libbpf made of it, and whether it read the kernel's BTF.</summary>
/// <param name="Code">Its instructions as they went to the kernel, without the descriptors of maps.</param>
/// <param name="Target">The BTF id of what it is attached to, as the kernel says it.</param>
/// <param name="Failure">Why it cannot be loaded; null when it can.</param>
/// <param name="ReadsKernelBtf">Whether libbpf went through all of the kernel's BTF.</param>
internal sealed unsafe record Loaded(ulong[] Code, uint Target, string? Failure, bool ReadsKernelBtf)
{
    private const byte LoadImmediate64 = 0x18;
    private const int MapDescriptor = 1, MapValue = 2;

    internal static Loaded Try(string name, string program, KernelBtf? btf)
    {
        var lines = new List<string>();
        var (sink, verbosity) = (LibBpfLog.Sink, LibBpfLog.Verbosity);
        var thread = Environment.CurrentManagedThreadId;
        LibBpfLog.Verbosity = LibBpfLogLevel.Debug;
        LibBpfLog.Sink = (_, line) =>
        {
            if (Environment.CurrentManagedThreadId == thread)
                lines.Add(line);
        };
        try
        {
            using var opened = Live.Open(name, btf);
            foreach (var spec in opened.Programs)
                spec.AutoLoad = spec.Name == program;
            using var loaded = opened.Load();
            return new Loaded(Instructions(loaded.Program(program)), AttachedTo(loaded.Program(program)), null, Reads());
        }
        catch (BpfException e)
        {
            return new Loaded([], 0, e.Message, Reads());
        }
        finally
        {
            (LibBpfLog.Sink, LibBpfLog.Verbosity) = (sink, verbosity);
        }

        bool Reads() => lines.Exists(line => line.Contains("'/sys/kernel/btf/vmlinux'", StringComparison.Ordinal));
    }

    private static ulong[] Instructions(BpfProgram program)
    {
        var count = (int)Interop.bpf_program__insn_cnt(program.Pointer);
        var code = new ReadOnlySpan<ulong>(Native.bpf_program__insns(program.Pointer), count).ToArray();
        for (var i = 0; i < code.Length; i++)
        {
            // struct bpf_insn { __u8 code; __u8 dst:4, src:4; __s16 off; __s32 imm; }
            if ((byte)code[i] == LoadImmediate64 && (int)((code[i] >> 12) & 0xf) is MapDescriptor or MapValue)
                code[i] &= 0xffff_ffff;
        }

        return code;
    }

    private static uint AttachedTo(BpfProgram program)
    {
        var fd = (int)program.Fd.DangerousGetHandle();
        Interop.BpfProgInfo info = default;
        var size = (uint)sizeof(Interop.BpfProgInfo);
        Assert.Equal(0, Interop.bpf_obj_get_info_by_fd(fd, &info, &size));
        return info.AttachBtfId;
    }
}
