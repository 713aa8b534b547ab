using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

internal static partial class Interop
{
    /// <summary>bpf_prog_load_opts as of libbpf 1.0.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct BpfProgLoadOpts
    {
        internal nuint Size;
        internal int Attempts;
        internal int ExpectedAttachType;
        internal uint ProgramBtfFd;
        internal uint ProgramFlags;
        internal uint ProgramIfIndex;
        internal uint KernelVersion;
        internal uint AttachBtfId;
        internal uint AttachProgramFd;
        internal uint AttachBtfObjectFd;
        internal nint FdArray;
        internal nint FuncInfo;
        internal uint FuncInfoCount;
        internal uint FuncInfoRecordSize;
        internal nint LineInfo;
        internal uint LineInfoCount;
        internal uint LineInfoRecordSize;
        internal uint LogLevel;
        internal uint LogSize;
        internal byte* LogBuffer;
    }
}
