using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

internal static partial class Interop
{
    /// <summary>bpf_test_run_opts as of libbpf 1.0.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct BpfTestRunOpts
    {
        internal nuint Size;
        internal byte* DataIn;
        internal byte* DataOut;
        internal uint DataInSize;
        internal uint DataOutSize;
        internal byte* ContextIn;
        internal byte* ContextOut;
        internal uint ContextInSize;
        internal uint ContextOutSize;
        internal uint ReturnValue;
        internal int Repeat;
        internal uint Duration;
        internal uint Flags;
        internal uint Cpu;
        internal uint BatchSize;
    }
}
