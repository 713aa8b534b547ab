using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using BpfTune.Lab;

namespace BpfTune.Daemon.LiveTests;

/// <summary>neigh_table with real neighbours: datagrams to many addresses behind a veth pair.</summary>
public sealed class NeighbourTableTests(ITestOutputHelper output) : IDisposable
{
    private const string Device = "neigh0";

    private readonly List<IDisposable> _undo = [];

    public static TheoryData<bool> Families => [false, true];

    public void Dispose()
    {
        for (var i = _undo.Count - 1; i >= 0; i--)
            _undo[i].Dispose();
        _undo.Clear();
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_table_that_fills_up_is_enlarged_and_comes_back_when_it_has_emptied(bool ipv6)
    {
        Suite.Require();
        SetThresholds();
        var place = MakePlace(ipv6 ? "fd66::1/112" : "10.66.0.1/16");
        using var daemon = new TestDaemon(null, "-R", "-a", "neigh_table");

        // In bursts, as a scan or a busy service makes them: 1500 do not fit into 1024.
        var refusals = Refusals(ipv6);
        for (var burst = 0; burst < 15; burst++)
        {
            Send(place, ipv6 ? "fd66::" : "10.66.0.0", 1000 + (burst * 100), 100);
            Thread.Sleep(50);
        }

        var raised = Thresholds(ipv6);
        var refused = Refusals(ipv6) - refusals;
        output.WriteLine($"thresholds came to {string.Join(' ', raised)}, {refused} of 1500 datagrams found the table full");
        Assert.InRange(raised[2], 1500, 262144);
        Assert.InRange(raised[1], 513, raised[2]);
        Assert.InRange(raised[0], 129, raised[1]);
        Assert.Equal([128, 512, 1024], Thresholds(!ipv6));
        // 476 without the tuner; none at all unless the machine is busy with other things.
        Assert.InRange(refused, 0, 200);
        Assert.Contains(
            daemon.AskJson("changes").EnumerateArray(),
            c => c.GetProperty("scenario").GetString()!.StartsWith("neighbour_table_", StringComparison.Ordinal)
                && c.GetProperty("evidence").GetString()!.Contains("65536 addresses", StringComparison.Ordinal));

        // Not before the raise is half a minute old.
        place.Ip("link", "set", Device, "down");
        Thread.Sleep(TimeSpan.FromSeconds(15));
        daemon.WaitUntil(() => Thresholds(ipv6)[2] < raised[2], "the limit is lowered again");
        daemon.Process.Stop(TestDaemon.Patience);
        Assert.Equal([128, 512, 1024], Thresholds(ipv6));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void It_stops_at_four_times_the_addresses_of_the_devices_prefix(bool ipv6)
    {
        Suite.Require();
        // The table is the whole machine's: a neighbour that somebody else wants meanwhile brings another device's prefix in.
        for (var attempt = 0; attempt < 3; attempt++)
        {
            if (FillToTheBound(ipv6))
                return;
        }

        Assert.Fail("other devices of this machine wanted neighbours during each of three attempts");
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_table_with_room_is_left_alone(bool ipv6)
    {
        Suite.Require();
        SetThresholds();
        var place = MakePlace(ipv6 ? "fd66::1/112" : "10.66.0.1/16");
        using var daemon = new TestDaemon(null, "-R", "-a", "neigh_table");
        // IPv6 asks for each address by multicast, whose group takes an entry of its own for a while: twice 300.
        Send(place, ipv6 ? "fd66::" : "10.66.0.0", 1000, ipv6 ? 300 : 600);
        place.Ip("link", "set", Device, "down");
        Thread.Sleep(TimeSpan.FromSeconds(2));
        Assert.Equal([128, 512, 1024], Thresholds(ipv6));
        Assert.Empty(daemon.AskJson("changes").EnumerateArray());
    }

    [Fact]
    public void A_limit_that_an_administrator_sets_stays()
    {
        Suite.Require();
        SetThresholds();
        var place = MakePlace("10.66.0.1/16");
        using var daemon = new TestDaemon(null, "-R", "-a", "neigh_table");
        Tool.Run("sysctl", "-w", "net.ipv4.neigh.default.gc_thresh3=1100").OrThrow();
        daemon.Process.WaitForLine(t => t.Contains("stops tuning it there", StringComparison.Ordinal), TestDaemon.Patience);
        var refusals = Refusals(ipv6: false);
        Send(place, "10.66.0.0", 1000, 1500);
        Assert.True(Refusals(ipv6: false) > refusals, "the table was never full");
        Assert.Equal([128, 512, 1100], Thresholds(false));
        Assert.Empty(daemon.AskJson("changes").EnumerateArray());
    }

    /// <summary>One attempt; false when another device's prefix had a part in it.</summary>
    private bool FillToTheBound(bool ipv6)
    {
        SetThresholds();
        var place = MakePlace(ipv6 ? "fd66::1/119" : "10.66.0.1/23");
        // Neighbours beyond the prefix, as many as one likes.
        place.Ip(ipv6 ? "-6" : "-4", "route", "add", ipv6 ? "fd67::/112" : "10.67.0.0/16", "dev", Device);
        using var daemon = new TestDaemon(null, "-R", "-a", "neigh_table");
        var refusals = Refusals(ipv6);
        for (var burst = 0; burst < 30; burst++)
        {
            Send(place, ipv6 ? "fd67::" : "10.67.0.0", 256 + (burst * 100), 100);
            Thread.Sleep(20);
        }

        output.WriteLine($"thresholds came to {string.Join(' ', Thresholds(ipv6))}, {Refusals(ipv6) - refusals} of 3000 datagrams found the table full");
        var isAlone = daemon.AskJson("changes").EnumerateArray().All(
            c => c.GetProperty("evidence").GetString()!.EndsWith("prefixes hold 512 addresses", StringComparison.Ordinal));
        if (isAlone)
        {
            Assert.Equal([256, 1024, 2048], Thresholds(ipv6));
            Assert.True(Refusals(ipv6) > refusals, "the table was never full");
        }

        daemon.Process.Stop(TestDaemon.Patience);
        Dispose();
        return isAlone;
    }

    /// <summary>Both tables as the kernel makes them, and back to what they were at the end.</summary>
    private void SetThresholds()
    {
        // The kernel takes its time over the neighbours of a namespace that has been deleted.
        var start = Stopwatch.GetTimestamp();
        while (Statistics(false, 0).Max() > 200 || Statistics(true, 0).Max() > 200)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TestDaemon.Patience, "this machine has too many neighbours for the test");
            Thread.Sleep(100);
        }

        foreach (var family in (string[])["ipv4", "ipv6"])
        {
            long[] defaults = [128, 512, 1024];
            for (var i = 0; i < defaults.Length; i++)
                _undo.Add(SysctlOverride.Set(Name(family, i), defaults[i].ToString(CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>A namespace with a veth device whose other end answers nobody.</summary>
    private LabNamespace MakePlace(string address)
    {
        var place = LabNamespace.Create("neigh");
        _undo.Add(place);
        place.Ip("link", "add", Device, "type", "veth", "peer", "name", "neigh1");
        place.Ip("link", "set", "neigh1", "up");
        place.Ip("link", "set", Device, "up");
        place.Ip(["address", "add", address, "dev", Device, .. address.Contains(':') ? (string[])["nodad"] : []]);
        return place;
    }

    private static long[] Thresholds(bool ipv6) =>
        [.. Enumerable.Range(0, 3).Select(i => long.Parse(Sysctl.Read(Name(ipv6 ? "ipv6" : "ipv4", i)), CultureInfo.InvariantCulture))];

    private static string Name(string family, int member) => $"net.{family}.neigh.default.gc_thresh{member + 1}";

    /// <summary>How often a table was full, in this machine's life: table_fulls, the last column, a line for each processor.</summary>
    private static long Refusals(bool ipv6) => Statistics(ipv6, ^1).Sum();

    private static IEnumerable<long> Statistics(bool ipv6, Index column) =>
        File.ReadAllLines(ipv6 ? "/proc/net/stat/ndisc_cache" : "/proc/net/stat/arp_cache").Skip(1)
            .Select(l => long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[column], NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    /// <summary>A datagram to each of so many addresses.</summary>
    private static void Send(LabNamespace place, string network, int first, int count) => place.Run(() =>
    {
        var address = IPAddress.Parse(network).GetAddressBytes();
        Socket? socket = null;
        for (var i = first; i < first + count; i++)
        {
            // What waits for its neighbour stays in the send buffer: none may fill up and make the rest wait.
            if (socket is null || (i - first) % 100 == 0)
            {
                socket?.Dispose();
                socket = new Socket(IPAddress.Parse(network).AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            }

            address[^2] = (byte)(i >> 8);
            address[^1] = (byte)i;
            try
            {
                socket.SendTo("?"u8, new IPEndPoint(new IPAddress(address), 9));
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.InvalidArgument or SocketError.NoBufferSpaceAvailable)
            {
                // How IPv6 says that the table is full; IPv4 says nothing. Refusals() counts both.
            }
        }

        socket?.Dispose();
    });
}
