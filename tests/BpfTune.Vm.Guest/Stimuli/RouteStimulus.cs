using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using BpfTune.Lab;

namespace BpfTune.Vm.Guest;

/// <summary>
/// A router on the way says of more destinations than the kernel may cache that packets to them are too big: each gets
/// a cached route of its own, which nothing else does any more.
/// </summary>
internal sealed class RouteStimulus : Stimulus
{
    private const string Device = "route0", PeerDevice = "route1";
    private const int Destinations = 400;
    private const int Header = 40;
    private const byte PacketTooBig = 2, EchoRequest = 128, Icmp6 = 58;

    private static readonly IPAddress s_own = IPAddress.Parse("fd68::1");
    private static readonly IPAddress s_router = IPAddress.Parse("fd68::2");

    private readonly LabNamespace _place;
    private readonly LabNamespace _router;
    private int _next;

    internal RouteStimulus()
    {
        _place = Keep(LabNamespace.Create("route"));
        _router = Keep(LabNamespace.Create("router"));
        _place.Ip("link", "add", Device, "type", "veth", "peer", "name", PeerDevice, "netns", _router.Name);
        Configure(_place, Device, s_own);
        Configure(_router, PeerDevice, s_router);
        _place.Ip("-6", "route", "add", "fd69::/64", "via", s_router.ToString());
        // The kernel looks after its cache when it has more entries than this.
        _place.WriteSysctl("net.ipv6.route.gc_thresh", "16");
        _place.WriteSysctl(Tunable, "128");
    }

    internal override string Hook => "route_table/route_cache";

    internal override string Tunable => "net.ipv6.route.max_size";

    internal override LabNamespace Place => _place;

    internal override string? Provoke(GuestDaemon daemon) => UntilChanged(daemon, 3, () => _router.Run(() =>
    {
        using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.IcmpV6);
        socket.Connect(new IPEndPoint(s_own, 0));
        for (var i = 0; i < Destinations; i++)
            socket.Send(TooBig(++_next));
    }));

    private static void Configure(LabNamespace place, string device, IPAddress address)
    {
        place.Ip("link", "set", device, "up");
        place.Ip("address", "add", $"{address}/64", "dev", device, "nodad");
    }

    // RFC 4443, 3.2; the kernel fills in the checksum. What was too big is an echo request: no socket needs to have sent it.
    private static byte[] TooBig(int destination)
    {
        var message = new byte[8 + Header + 8];
        message[0] = PacketTooBig;
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), 1280);
        var packet = message.AsSpan(8);
        packet[0] = 0x60;
        packet[5] = 8;
        packet[6] = Icmp6;
        packet[7] = 64;
        s_own.TryWriteBytes(packet[8..], out _);
        IPAddress.Parse("fd69::").TryWriteBytes(packet[24..], out _);
        BinaryPrimitives.WriteInt32BigEndian(packet[36..], destination);
        packet[Header] = EchoRequest;
        return message;
    }
}
