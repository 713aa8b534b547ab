using System.Runtime.InteropServices;

namespace BpfTune.Lab;

/// <summary>struct virtio_net_hdr (include/uapi/linux/virtio_net.h), in the byte order of the machine.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = TunDevice.HeaderSize)]
internal struct VirtioHeader
{
    internal const byte NeedsChecksum = 1;
    internal const byte GsoNone = 0;
    internal const byte GsoTcp4 = 1;
    internal const byte GsoTcp6 = 4;
    internal const byte GsoEcn = 0x80;

    public byte Flags;
    public byte GsoType;
    public ushort HeaderLength;
    public ushort GsoSize;
    public ushort ChecksumStart;
    public ushort ChecksumOffset;
}
