using System.Runtime.InteropServices;

namespace BpfTune.LibBpf.LiveTests;

/// <summary>struct entry of live.bpf.c.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct Entry
{
    public ulong Hits;
    public uint Last;
}
