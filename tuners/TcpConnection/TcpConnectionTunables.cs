using BpfTune.Sdk;

namespace BpfTune.Tuners.TcpConnection;

/// <summary>The settings that tcp_conn reads and manages.</summary>
internal static class TcpConnectionTunables
{
    /// <summary>What unprivileged programs may choose; one list for the machine, writable from the first namespace only.</summary>
    public static readonly Tunable Allowed = new(
        "net.ipv4.tcp_allowed_congestion_control", TunableScope.Machine, TunableUnit.Text,
        "congestion control that programs may choose")
    {
        // Each algorithm brings its own flag (TCP_CONG_NON_RESTRICTED, net/ipv4/tcp_cong.c), and so does a default that is set.
        GrowsByItself = true,
    };

    /// <summary>
    /// The default of a namespace. It is never written: to set it by hand is how an administrator takes over there.
    /// </summary>
    public static readonly Tunable Default = new(
        "net.ipv4.tcp_congestion_control", TunableScope.Namespace, TunableUnit.Text,
        "congestion control of connections to remotes that nothing is known of; left alone");

    /// <summary>What is built in or loaded. Read only.</summary>
    public static readonly Tunable Available = new(
        "net.ipv4.tcp_available_congestion_control", TunableScope.Machine, TunableUnit.Text,
        "congestion control that the kernel has")
    {
        GrowsByItself = true,
    };
}
