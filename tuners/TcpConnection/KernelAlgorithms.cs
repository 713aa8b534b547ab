using System.Text;

namespace BpfTune.Tuners.TcpConnection;

/// <summary>Asks the kernel for congestion control that it may have as a module.</summary>
internal static class KernelAlgorithms
{
    /// <summary>
    /// Has the kernel load an algorithm's module. It does so by itself, with the modprobe that it is set up to use, when
    /// a privileged program asks for the algorithm on a socket (net/ipv4/tcp_cong.c, tcp_ca_find_autoload).
    /// </summary>
    /// <returns>False when it has no such algorithm, or may not load it.</returns>
    public static bool TryLoad(string name)
    {
        using var socket = Interop.Socket(Interop.AF_INET, Interop.SOCK_STREAM | Interop.SOCK_CLOEXEC, Interop.IPPROTO_TCP);
        if (socket.IsInvalid)
            return false;
        var bytes = Encoding.ASCII.GetBytes(name);
        return Interop.SetSocketOption(socket, Interop.IPPROTO_TCP, Interop.TCP_CONGESTION, bytes, (uint)bytes.Length) == 0;
    }
}
