using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

internal static partial class Interop
{
    /// <summary>struct bpf_map_info of linux/bpf.h.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 88)]
    internal unsafe struct BpfMapInfo
    {
        [FieldOffset(0)]
        internal uint Type;

        [FieldOffset(4)]
        internal uint Id;

        [FieldOffset(8)]
        internal uint KeySize;

        [FieldOffset(12)]
        internal uint ValueSize;

        [FieldOffset(16)]
        internal uint MaxEntries;

        [FieldOffset(20)]
        internal uint Flags;

        [FieldOffset(24)]
        internal fixed byte Name[16];
    }
}
