using BpfTune.Sdk;

namespace BpfTune.Tuners.TcpBuffer;

/// <summary>What the tuner manages; meaning and defaults: Documentation/networking/ip-sysctl.rst and admin-guide/sysctl/net.rst.</summary>
internal static class TcpTunables
{
    public const int Minimum = 0;
    public const int Default = 1;
    public const int Maximum = 2;

    /// <summary>tcp_mem's middle mark.</summary>
    public const int Pressure = 1;

    public static readonly Tunable ReceiveBuffer = Tunable.Triple(
        "net.ipv4.tcp_rmem", TunableScope.Namespace, TunableUnit.Bytes, "receive buffer of a TCP socket");

    public static readonly Tunable SendBuffer = Tunable.Triple(
        "net.ipv4.tcp_wmem", TunableScope.Namespace, TunableUnit.Bytes, "send buffer of a TCP socket");

    public static readonly Tunable ModerateReceiveBuffer = Switch(
        "net.ipv4.tcp_moderate_rcvbuf", TunableScope.Namespace, "whether receive buffers grow by themselves");

    public static readonly Tunable Memory = new(
        "net.ipv4.tcp_mem", TunableScope.Machine, TunableUnit.Pages, "memory of all TCP sockets together")
    {
        Members = ["min", "pressure", "max"],
        Bounds = [new ValueRange(0, long.MaxValue)],
    };

    public static readonly Tunable NoMetricsSave = Switch(
        "net.ipv4.tcp_no_metrics_save", TunableScope.Namespace, "whether what a connection learned is forgotten at its end");

    public static readonly Tunable NoSlowStartThresholdSave = Switch(
        "net.ipv4.tcp_no_ssthresh_metrics_save", TunableScope.Namespace, "whether the slow start threshold is forgotten at its end");

    public static readonly Tunable HighOrderAllocDisable = Switch(
        "net.core.high_order_alloc_disable", TunableScope.Machine, "whether sockets take single pages only");

    public static readonly Tunable SynBacklog = new(
        "net.ipv4.tcp_max_syn_backlog", TunableScope.Namespace, TunableUnit.Count, "half-open connections remembered for a listener")
    {
        Bounds = [new ValueRange(SynPolicy.LeastBacklog, SynPolicy.MostBacklog)],
        BytesPerUnit = SynPolicy.RequestSize,
    };

    public static readonly Tunable SynCookies = new(
        "net.ipv4.tcp_syncookies", TunableScope.Namespace, TunableUnit.Switch, "whether SYN cookies are sent when the queue overflows")
    {
        // Never 0: what protects is not turned off.
        Bounds = [new ValueRange(1, 2)],
    };

    private static Tunable Switch(string name, TunableScope scope, string summary) =>
        new(name, scope, TunableUnit.Switch, summary) { Bounds = [new ValueRange(0, 1)] };
}
