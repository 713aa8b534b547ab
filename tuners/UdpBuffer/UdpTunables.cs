using BpfTune.Sdk;

namespace BpfTune.Tuners.UdpBuffer;

/// <summary>What the tuner manages; meaning and defaults: admin-guide/sysctl/net.rst and networking/ip-sysctl.rst.</summary>
internal static class UdpTunables
{
    public static readonly Tunable ReceiveDefault = new(
        "net.core.rmem_default", TunableScope.Machine, TunableUnit.Bytes, "receive buffer of a socket that does not ask for another")
    {
        Bounds = [new ValueRange(0, BufferPolicy.MostDefault)],
        Effect = DropEffect.Drops,
    };

    public static readonly Tunable ReceiveMaximum = new(
        "net.core.rmem_max", TunableScope.Machine, TunableUnit.Bytes, "largest receive buffer that a program may ask for")
    {
        Bounds = [new ValueRange(0, BufferPolicy.MostMaximum)],
        Effect = DropEffect.Drops,
    };

    public static readonly Tunable Memory = new(
        "net.ipv4.udp_mem", TunableScope.Machine, TunableUnit.Pages, "memory of all UDP sockets together")
    {
        Members = ["min", "pressure", "max"],
        Bounds = [new ValueRange(0, long.MaxValue)],
    };
}
