using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

internal static partial class Interop
{
    /// <summary>struct btf_type of linux/btf.h: the fixed head of every BTF type.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct BtfType
    {
        internal uint NameOffset;
        internal uint Info;
        internal uint SizeOrType;

        internal readonly BtfKind Kind => (BtfKind)((Info >> 24) & 0x1f);

        internal readonly int Count => (int)(Info & 0xffff);

        internal readonly bool KindFlag => (Info & 0x80000000) != 0;
    }
}
