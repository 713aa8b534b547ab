using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

internal static partial class Interop
{
    /// <summary>struct bpf_prog_info of linux/bpf.h, with the fields read here. An older kernel fills a shorter part.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 232)]
    internal unsafe struct BpfProgInfo
    {
        [FieldOffset(0)]
        internal uint Type;

        [FieldOffset(4)]
        internal uint Id;

        [FieldOffset(16)]
        internal uint JitedLength;

        [FieldOffset(20)]
        internal uint TranslatedLength;

        [FieldOffset(40)]
        internal ulong LoadTime;

        [FieldOffset(52)]
        internal uint MapIdCount;

        [FieldOffset(64)]
        internal fixed byte Name[16];

        [FieldOffset(128)]
        internal uint BtfId;

        [FieldOffset(192)]
        internal ulong RunTime;

        [FieldOffset(200)]
        internal ulong RunCount;

        [FieldOffset(208)]
        internal ulong RecursionMisses;

        [FieldOffset(216)]
        internal uint VerifiedInstructions;

        [FieldOffset(224)]
        internal uint AttachBtfId;
    }
}
