using System.Runtime.InteropServices;
using System.Text;
using BpfTune.Lab.Native;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Lab;

/// <summary>
/// A TUN device (Documentation/networking/tuntap.rst) with the header of a virtual network card before each packet, so
/// that segmentation and checksums are left to whoever takes the packet out.
/// </summary>
internal sealed unsafe class TunDevice : IDisposable
{
    /// <summary>Size of struct virtio_net_hdr before each packet.</summary>
    internal const int HeaderSize = 10;

    /// <summary>The most that one read can bring.</summary>
    internal const int MaxRecord = HeaderSize + 65535 + 40;

    private const nuint TUNSETIFF = 0x400454ca;
    private const nuint TUNSETOFFLOAD = 0x400454d0;
    private const short IFF_TUN = 0x0001;
    private const short IFF_NO_PI = 0x1000;
    private const short IFF_VNET_HDR = 0x4000;
    private const uint TUN_F_CSUM = 1;
    private const uint TUN_F_TSO4 = 2;
    private const uint TUN_F_TSO6 = 4;
    private const uint TUN_F_TSO_ECN = 8;

    private TunDevice(SafeFileHandle handle, string name)
    {
        Handle = handle;
        Name = name;
    }

    internal SafeFileHandle Handle { get; }

    internal string Name { get; }

    /// <summary>Makes a device in the network namespace of the calling thread.</summary>
    internal static TunDevice Create(string name, bool offload)
    {
        SafeFileHandle handle = Interop.Open("/dev/net/tun", Interop.O_RDWR | Interop.O_NONBLOCK | Interop.O_CLOEXEC);
        try
        {
            if (handle.IsInvalid)
            {
                throw Failed("cannot open /dev/net/tun");
            }

            // struct ifreq: 16 bytes of name, then flags.
            byte* request = stackalloc byte[40];
            new Span<byte>(request, 40).Clear();
            Encoding.ASCII.GetBytes(name, new Span<byte>(request, 15));
            *(short*)(request + 16) = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
            if (Interop.IoctlPointer(handle, TUNSETIFF, request) != 0)
            {
                throw Failed($"cannot make the TUN device {name}");
            }

            uint features = TUN_F_CSUM | (offload ? TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN : 0);
            if (Interop.IoctlValue(handle, TUNSETOFFLOAD, features) != 0)
            {
                throw Failed($"cannot set the offloads of {name}");
            }

            return new TunDevice(handle, name);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public void Dispose() => Handle.Dispose();

    private static LabException Failed(string what) => new($"{what}: {Marshal.GetLastPInvokeErrorMessage()}");
}
