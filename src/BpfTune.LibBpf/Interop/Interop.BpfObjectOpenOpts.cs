using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

internal static partial class Interop
{
    /// <summary>bpf_object_open_opts as of libbpf 1.0. A newer library takes the shorter struct by its size.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct BpfObjectOpenOpts
    {
        internal nuint Size;
        internal nint ObjectName;
        internal byte RelaxedMaps;
        internal nint PinRootPath;
        internal uint Unused;
        internal nint Kconfig;
        internal nint BtfCustomPath;
        internal nint KernelLogBuffer;
        internal nuint KernelLogSize;
        internal uint KernelLogLevel;
    }
}
