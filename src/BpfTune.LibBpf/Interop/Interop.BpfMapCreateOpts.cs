using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

internal static partial class Interop
{
    /// <summary>bpf_map_create_opts as of libbpf 1.0.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct BpfMapCreateOpts
    {
        internal nuint Size;
        internal uint BtfFd;
        internal uint BtfKeyTypeId;
        internal uint BtfValueTypeId;
        internal uint BtfVmlinuxValueTypeId;
        internal uint InnerMapFd;
        internal uint MapFlags;
        internal ulong MapExtra;
        internal uint NumaNode;
        internal uint MapIfIndex;
    }
}
