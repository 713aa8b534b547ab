using System.Globalization;
using System.Net;
using BpfTune.Lab;

namespace BpfTune.Daemon.LiveTests;

/// <summary>ip_frag on real fragments: large datagrams over a small MTU, some or all of which lose their second fragment.</summary>
public sealed class IpFragmentTests(ITestOutputHelper output)
{
    private const long Low = 262_144;

    public static TheoryData<bool> Families => [false, true];

    [Theory]
    [MemberData(nameof(Families))]
    public void Datagrams_that_wait_for_lost_fragments_get_room_beside_those_that_arrive(bool ipv6)
    {
        Suite.Require();
        using var place = Place(ipv6, "numgen random mod 4 == 0");
        using var other = LabNamespace.Create("other");
        var untouched = other.ReadSysctl(Name(ipv6));
        // Elsewhere, and before the daemon: memory that has collapsed looks as if there were nothing but a flood.
        UdpResult before;
        using (var untuned = Place(ipv6, "numgen random mod 4 == 0"))
            before = Stream(untuned, ipv6, 60, 4);
        using var daemon = new TestDaemon(null, "-R", "-a", "ip_frag");
        string[] trials = [];
        var after = before;
        for (var attempt = 0; attempt < 8 && !trials.Any(t => t.StartsWith("kept", StringComparison.Ordinal)); attempt++)
        {
            after = Stream(place, ipv6, 60, 8);
            trials = [.. daemon.AskJson("changes").EnumerateArray().Select(c => c.GetProperty("trial").GetString()!).Distinct()];
        }

        var raised = Threshold(place, ipv6);
        output.WriteLine($"{before.Received} of {before.Sent} datagrams arrived, then {after.Received} of {after.Sent}; {Name(ipv6)} came to {raised}; {string.Join("; ", trials)}");
        // A quarter is lost, and what was begun waits for a second: some 700 kB.
        Assert.Contains(trials, t => t.StartsWith("kept: failures ", StringComparison.Ordinal));
        Assert.InRange(raised, (2 * Low) + 1, 8 * Low);
        Assert.InRange(after.Received, after.Sent / 2, after.Sent);
        Assert.Equal(untouched, other.ReadSysctl(Name(ipv6)));
        Assert.Equal(Low, Threshold(place, !ipv6));
        daemon.Process.Stop(TestDaemon.Patience);
        Assert.Equal(Low, Threshold(place, ipv6));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_threshold_below_one_datagram_rises_so_that_datagrams_arrive(bool ipv6)
    {
        Suite.Require();
        using var place = Place(ipv6, null);
        place.WriteSysctl(Name(ipv6).Replace("high", "low", StringComparison.Ordinal), "8000");
        place.WriteSysctl(Name(ipv6), "16000");
        var before = Stream(place, ipv6, 100, 1);
        using var daemon = new TestDaemon(null, "-R", "-a", "ip_frag");
        var after = before;
        for (var attempt = 0; attempt < 8 && after.Received < after.Sent; attempt++)
            after = Stream(place, ipv6, 100, 2);
        output.WriteLine($"{before.Received} of {before.Sent} datagrams arrived, then {after.Received} of {after.Sent}; {Name(ipv6)} came to {Threshold(place, ipv6)}");
        Assert.Equal(0, before.Received);
        Assert.Equal(after.Sent, after.Received);
        daemon.Process.Stop(TestDaemon.Patience);
        Assert.Equal(16000, Threshold(place, ipv6));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_flood_of_fragments_that_are_never_completed_raises_nothing(bool ipv6)
    {
        Suite.Require();
        using var place = Place(ipv6, "");
        using var daemon = new TestDaemon(null, "-R", "-a", "ip_frag");
        var result = Stream(place, ipv6, 300, 4);
        Assert.Equal(0, result.Received);
        Assert.Empty(daemon.AskJson("changes").EnumerateArray());
        Assert.Equal(Low, Threshold(place, ipv6));
        Assert.Contains("next to nothing is completed", daemon.Ask("status"), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Fragments_that_all_arrive_raise_nothing(bool ipv6)
    {
        Suite.Require();
        using var place = Place(ipv6, null);
        using var daemon = new TestDaemon(null, "-R", "-a", "ip_frag");
        var result = Stream(place, ipv6, 60, 2);
        Assert.InRange(result.Received, 1, result.Sent);
        Assert.Empty(daemon.AskJson("changes").EnumerateArray());
    }

    /// <summary>A namespace with a small MTU on its loopback, little memory for fragments, and a filter.</summary>
    /// <param name="ipv6">Which family is filtered.</param>
    /// <param name="lose">When to drop the second fragment of a datagram: a match of nftables, '' for always; null for never.</param>
    private static LabNamespace Place(bool ipv6, string? lose)
    {
        var place = LabNamespace.Create("frag");
        try
        {
            place.Ip("link", "set", "lo", "mtu", "1500");
            foreach (var family in (ReadOnlySpan<string>)["net.ipv4.ipfrag", "net.ipv6.ip6frag"])
            {
                place.WriteSysctl(family + "_low_thresh", (Low / 2).ToString(CultureInfo.InvariantCulture));
                place.WriteSysctl(family + "_high_thresh", Low.ToString(CultureInfo.InvariantCulture));
                place.WriteSysctl(family + "_time", "1");
            }

            if (lose is not null)
            {
                // Before connection tracking's own reassembly. Offsets count 8 bytes: 1480 and 1448 bytes of payload.
                var table = ipv6 ? "ip6" : "ip";
                var second = ipv6 ? "frag frag-off 181" : "ip frag-off & 0x1fff == 185";
                Nft(place, $"add table {table} t");
                Nft(place, $"add chain {table} t pre {{ type filter hook prerouting priority -450 ; }}");
                Nft(place, $"add rule {table} t pre {second} {lose} drop");
            }

            return place;
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    private static void Nft(LabNamespace place, string command) => place.Exec("nft", command).OrThrow();

    private static UdpResult Stream(LabNamespace place, bool ipv6, double rate, double seconds) => UdpStream.Run(
        place, place, new UdpOptions
        {
            Duration = TimeSpan.FromSeconds(seconds), Rate = rate, Size = 30_000, IPv6 = ipv6,
            Receiver = ipv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback,
        });

    private static string Name(bool ipv6) => ipv6 ? "net.ipv6.ip6frag_high_thresh" : "net.ipv4.ipfrag_high_thresh";

    private static long Threshold(LabNamespace place, bool ipv6) =>
        long.Parse(place.ReadSysctl(Name(ipv6)), CultureInfo.InvariantCulture);
}
