using System.Net;
using System.Runtime.InteropServices;
using static BpfTune.Tuners.TcpConnection.TcpConnBpf;

namespace BpfTune.Tuners.TcpConnection;

/// <summary>A network that connections lead to, as one namespace sees it: a /24, or a /64 of IPv6.</summary>
/// <param name="NamespaceInode">The namespace's inode number.</param>
/// <param name="Family">4 or 6.</param>
/// <param name="First">The first four bytes of the address, as they lie in memory.</param>
/// <param name="Second">The next four; 0 for IPv4.</param>
internal readonly record struct RemoteKey(uint NamespaceInode, uint Family, uint First, uint Second)
{
    /// <summary>The key in an event.</summary>
    public static RemoteKey Of(in conn_key key) => new(key.netns_inode, key.family, key.prefix[0], key.prefix[1]);

    /// <summary>The key of the kernel's map.</summary>
    public conn_key ToKernel()
    {
        var key = new conn_key { netns_inode = NamespaceInode, family = Family };
        key.prefix[0] = First;
        key.prefix[1] = Second;
        return key;
    }

    /// <summary>The network as people write it: '192.0.2.0/24'.</summary>
    public override string ToString()
    {
        Span<uint> words = [First, Second, 0, 0];
        var bytes = MemoryMarshal.AsBytes(words);
        return Family == 4 ? $"{new IPAddress(bytes[..4])}/24" : $"{new IPAddress(bytes)}/64";
    }
}
