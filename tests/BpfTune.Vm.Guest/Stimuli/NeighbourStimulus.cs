using System.Net;
using System.Net.Sockets;
using BpfTune.Lab;

namespace BpfTune.Vm.Guest;

/// <summary>
/// Datagrams to many addresses behind a device that nobody answers: IPv4's table is nearly full of them. Or some in
/// IPv6's table, which is large, and then away with them.
/// </summary>
internal sealed class NeighbourStimulus : Stimulus
{
    private const string Device = "neigh0";

    private static readonly string[] s_thresholds = ["32", "64", "128"];

    private readonly bool _creates;
    private readonly LabNamespace _place;
    private int _next = 16;

    internal NeighbourStimulus(bool creates)
    {
        _creates = creates;
        _place = Keep(LabNamespace.Create("neigh"));
        _place.Ip("link", "add", Device, "type", "veth", "peer", "name", "neigh1");
        _place.Ip("link", "set", "neigh1", "up");
        _place.Ip("link", "set", Device, "up");
        if (creates)
        {
            _place.Ip("address", "add", "10.66.0.1/16", "dev", Device);
            for (var i = 0; i < 3; i++)
                Set($"net.ipv4.neigh.default.gc_thresh{i + 1}", s_thresholds[i]);
        }
        else
        {
            _place.Ip("address", "add", "fd66::1/112", "dev", Device, "nodad");
            Set("net.ipv6.neigh.default.gc_thresh3", "4096");
        }
    }

    internal override string Hook => _creates ? "neigh_table/neighbour_created" : "neigh_table/neighbour_released";

    internal override string Tunable => $"net.{(_creates ? "ipv4" : "ipv6")}.neigh.default.gc_thresh3";

    internal override string? Provoke(GuestDaemon daemon) => _creates
        ? UntilChanged(daemon, 3, () => Send(IPAddress.Parse("10.66.0.0"), 120))
        : UntilCounted(daemon, "neigh_table", 3, () =>
        {
            Send(IPAddress.Parse("fd66::"), 5);
            _place.Ip("-6", "neigh", "flush", "dev", Device);
            // Those that are being asked for are kept by a flush, but not by a device that goes down.
            _place.Ip("link", "set", Device, "down");
            _place.Ip("link", "set", Device, "up");
            _place.Ip("address", "replace", "fd66::1/112", "dev", Device, "nodad");
        });

    private void Send(IPAddress network, int count) => _place.Run(() =>
    {
        using var socket = new Socket(network.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { SendBufferSize = 1 << 20 };
        var address = network.GetAddressBytes();
        for (var i = 0; i < count; i++, _next++)
        {
            address[^2] = (byte)(_next >> 8);
            address[^1] = (byte)_next;
            try
            {
                socket.SendTo("?"u8, new IPEndPoint(new IPAddress(address), 9));
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.InvalidArgument or SocketError.NoBufferSpaceAvailable)
            {
                // The table is full: that is what it is about.
            }
        }
    });
}
