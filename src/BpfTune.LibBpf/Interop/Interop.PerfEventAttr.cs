using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

internal static partial class Interop
{
    /// <summary>struct perf_event_attr of linux/perf_event.h, version 1 (72 bytes): all that a probe needs.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 72)]
    internal struct PerfEventAttr
    {
        [FieldOffset(0)]
        internal uint Type;

        [FieldOffset(4)]
        internal uint Size;

        [FieldOffset(8)]
        internal ulong Config;

        [FieldOffset(16)]
        internal ulong SamplePeriod;

        [FieldOffset(48)]
        internal uint WakeupEvents;

        /// <summary>For the kprobe PMU: a pointer to the function's name.</summary>
        [FieldOffset(56)]
        internal ulong Config1;

        /// <summary>For the kprobe PMU: the offset into the function.</summary>
        [FieldOffset(64)]
        internal ulong Config2;
    }
}
