namespace BpfTune.Lab;

/// <summary>How the delay comes about.</summary>
public enum PipeKind
{
    /// <summary>Plain netem where this kernel has it, else a process of its own with TUN devices.</summary>
    Auto,

    /// <summary>A veth pair with a netem queue at each end.</summary>
    Netem,

    /// <summary>TUN devices and a process of its own, whose work does not disturb the caller's.</summary>
    Process,

    /// <summary>TUN devices and threads of the caller's process.</summary>
    Threads,
}
