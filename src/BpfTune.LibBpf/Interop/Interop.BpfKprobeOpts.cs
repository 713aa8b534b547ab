using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

internal static partial class Interop
{
    /// <summary>
    /// bpf_kprobe_opts as of libbpf 1.0. The attach mode that 1.3 added is not used: this binding does the modes itself,
    /// so that they are the same with every library.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct BpfKprobeOpts
    {
        internal nuint Size;
        internal ulong Cookie;
        internal nuint Offset;
        internal byte ReturnProbe;
    }
}
