using System.Runtime.InteropServices;

namespace BpfTune.Sdk;

/// <summary>
/// What every record in the shared ring buffer begins with: <c>struct bpftune_event</c> of
/// bpf/include/bpftune/events.h.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
public readonly struct EventHeader
{
    /// <summary>Nanoseconds of CLOCK_MONOTONIC (bpf_ktime_get_ns).</summary>
    [field: FieldOffset(0)] public ulong TimeNs { get; init; }

    /// <summary>Cookie of the network namespace; 0 when the kernel gives none.</summary>
    [field: FieldOffset(8)] public ulong NamespaceCookie { get; init; }

    /// <summary>Inode number of the network namespace.</summary>
    [field: FieldOffset(16)] public uint NamespaceInode { get; init; }

    /// <summary>The process that ran on this CPU: a hint only, in softirq it is anybody.</summary>
    [field: FieldOffset(20)] public uint ProcessHint { get; init; }

    /// <summary>Which tuner the event is for; given by the engine when it loads the tuner's object.</summary>
    [field: FieldOffset(24)] public ushort TunerId { get; init; }

    /// <summary>The tuner's own numbering of its events.</summary>
    [field: FieldOffset(26)] public ushort Kind { get; init; }

    /// <summary>Events of this kind in this namespace that the rate limit held back since the last one.</summary>
    [field: FieldOffset(28)] public uint Suppressed { get; init; }

    /// <summary>Whose namespace it is: <see cref="NamespaceOwner.Key"/>, as the kernel says.</summary>
    [field: FieldOffset(32)] public ulong Owner { get; init; }
}
