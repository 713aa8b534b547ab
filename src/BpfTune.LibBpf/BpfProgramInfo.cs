using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>What the kernel knows of a loaded program: struct bpf_prog_info of linux/bpf.h.</summary>
public sealed record BpfProgramInfo
{
    /// <summary>The kernel's id, as 'bpftool prog' shows it.</summary>
    public required uint Id { get; init; }

    /// <summary>The kernel's type.</summary>
    public required BpfProgramType Type { get; init; }

    /// <summary>The name, cut to 15 characters.</summary>
    public required string Name { get; init; }

    /// <summary>When it was loaded, in ns since boot.</summary>
    public required ulong LoadTimeNanoseconds { get; init; }

    /// <summary>Bytes of machine code; 0 when it is interpreted.</summary>
    public required int JitedBytes { get; init; }

    /// <summary>Bytes of BPF code after the verifier's rewriting; 0 when this process may not see it.</summary>
    public required int TranslatedBytes { get; init; }

    /// <summary>Instructions the verifier looked at; 0 before kernel 5.16.</summary>
    public required int VerifiedInstructions { get; init; }

    /// <summary>How many maps it uses.</summary>
    public required int MapCount { get; init; }

    /// <summary>Time spent in it, in ns, while <see cref="BpfStatistics"/> were on.</summary>
    public required ulong RunTimeNanoseconds { get; init; }

    /// <summary>How often it ran, while <see cref="BpfStatistics"/> were on.</summary>
    public required ulong RunCount { get; init; }

    /// <summary>How often it was not run because it was running on that CPU already; 0 before kernel 5.12.</summary>
    public required ulong RecursionMisses { get; init; }

    /// <summary>Kernel memory it takes, in bytes; null when /proc does not say.</summary>
    public required long? MemoryLockBytes { get; init; }

    internal static unsafe BpfProgramInfo Read(SafeBpfHandle handle)
    {
        var held = false;
        handle.DangerousAddRef(ref held);
        try
        {
            var fd = (int)handle.DangerousGetHandle();
            Interop.BpfProgInfo info = default;
            var size = (uint)sizeof(Interop.BpfProgInfo);
            var error = Interop.bpf_obj_get_info_by_fd(fd, &info, &size);
            if (error < 0)
                throw ErrorText.Make(BpfOperation.Inspect, "program", error);
            return new BpfProgramInfo
            {
                Id = info.Id,
                Type = (BpfProgramType)info.Type,
                Name = Marshal.PtrToStringUTF8((nint)info.Name) ?? string.Empty,
                LoadTimeNanoseconds = info.LoadTime,
                JitedBytes = (int)info.JitedLength,
                TranslatedBytes = (int)info.TranslatedLength,
                VerifiedInstructions = (int)info.VerifiedInstructions,
                MapCount = (int)info.MapIdCount,
                RunTimeNanoseconds = info.RunTime,
                RunCount = info.RunCount,
                RecursionMisses = info.RecursionMisses,
                MemoryLockBytes = FdInfo.Read(fd, "memlock:"),
            };
        }
        finally
        {
            if (held)
                handle.DangerousRelease();
        }
    }
}
