using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

internal static partial class Interop
{
    /// <summary>The head of struct bpf_link_info of linux/bpf.h, with room for its union.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    internal struct BpfLinkInfo
    {
        [FieldOffset(0)]
        internal uint Type;

        [FieldOffset(4)]
        internal uint Id;

        [FieldOffset(8)]
        internal uint ProgramId;
    }
}
