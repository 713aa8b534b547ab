namespace BpfTune.LibBpf;

/// <summary>How a kprobe is made and how its program is tied to it.</summary>
public enum KprobeMode
{
    /// <summary>The best that kernel and libbpf know together.</summary>
    Default = 0,

    /// <summary>A perf event of the kprobe PMU (since 4.17), the program tied to it by a BPF link (since 5.15).</summary>
    Link = 1,

    /// <summary>A perf event of the kprobe PMU (since 4.17), the program tied to it by an ioctl.</summary>
    Perf = 2,

    /// <summary>An event written to tracefs's kprobe_events, which must be mounted, opened as a perf tracepoint.</summary>
    Legacy = 3,
}
