using System.Globalization;
using System.Net;
using BpfTune.Lab;
using BpfTune.Sdk;

namespace BpfTune.Daemon.LiveTests;

/// <summary>udp_buffer on real datagrams over the loopback of a namespace of its own.</summary>
public sealed class UdpBufferTests(ITestOutputHelper output)
{
    private const string Default = "net.core.rmem_default";
    private const string Maximum = "net.core.rmem_max";
    private const string Marks = "net.ipv4.udp_mem";

    public static TheoryData<bool> Families => [false, true];

    [Theory]
    [MemberData(nameof(Families))]
    public void Receivers_that_read_late_get_larger_default_buffers_and_lose_less(bool ipv6)
    {
        Suite.Require();
        using var small = SysctlOverride.Set(Default, "16384");
        using var place = LabNamespace.Create("udp");
        using var daemon = Start();
        var first = Burst(place, ipv6).Received;
        var last = first;
        string[] trials = [];
        for (var burst = 0; burst < 80 && (last < first * 4 || !trials.Any(t => t.StartsWith("kept", StringComparison.Ordinal))); burst++)
        {
            last = Burst(place, ipv6).Received;
            trials = [.. daemon.AskJson("changes").EnumerateArray().Select(c => c.GetProperty("trial").GetString()!).Distinct()];
        }

        output.WriteLine($"kept {first}, then {last} of 100 datagrams; rmem_default came to {Sysctl.Read(Default)}; {string.Join("; ", trials)}");
        Assert.InRange(last, first * 4, 100);
        Assert.InRange(Value(Default), 4 * 16384, 1 << 20);
        Assert.Contains(trials, t => t.StartsWith("kept: drops ", StringComparison.Ordinal));
        Assert.DoesNotContain(trials, t => t.StartsWith("taken back", StringComparison.Ordinal));
        daemon.Process.Stop(TestDaemon.Patience);
        Assert.Equal("16384", Sysctl.Read(Default));
    }

    [Fact]
    public void A_receiver_that_does_not_read_at_all_leaves_the_default_as_it_was()
    {
        Suite.Require();
        using var small = SysctlOverride.Set(Default, "16384");
        using var place = LabNamespace.Create("udp");
        using var daemon = Start();
        // One socket all the time: its buffer was made from the first default, so larger ones cannot help it.
        Stream(place, new UdpOptions { Duration = TimeSpan.FromSeconds(20), Rate = 2000, Reads = false });
        var changes = daemon.AskJson("changes").EnumerateArray().Where(c => c.GetProperty("tunable").GetString() == Default).ToArray();
        output.WriteLine(string.Join("; ", changes.Select(c => $"{c.GetProperty("new")} {c.GetProperty("trial")}")));
        Assert.Equal("taken back: no difference (drops 100 % → 100 %)", changes[0].GetProperty("trial").GetString());
        Assert.InRange(changes.Max(c => long.Parse(c.GetProperty("new").GetString()!, CultureInfo.InvariantCulture)), 16385, 2 * 16384);
        Assert.Equal(16384, Value(Default));
    }

    [Fact]
    public void Buffers_that_programs_ask_for_in_vain_raise_the_maximum()
    {
        Suite.Require();
        using var small = SysctlOverride.Set(Maximum, "32768");
        using var place = LabNamespace.Create("udp");
        var normal = Sysctl.Read(Default);
        using var daemon = Start();
        for (var burst = 0; burst < 60 && Value(Maximum) < 65536; burst++)
            Burst(place, ipv6: false, buffer: 1 << 20);
        output.WriteLine($"rmem_max came to {Sysctl.Read(Maximum)}");
        Assert.InRange(Value(Maximum), 65536, 1 << 20);
        Assert.Equal(normal, Sysctl.Read(Default));
        daemon.Process.Stop(TestDaemon.Patience);
        Assert.Equal("32768", Sysctl.Read(Maximum));
    }

    [Fact]
    public void A_buffer_that_is_as_small_as_its_program_wants_raises_nothing()
    {
        Suite.Require();
        using var place = LabNamespace.Create("udp");
        using var daemon = Start();
        var result = Burst(place, ipv6: false, buffer: 8192);
        Assert.InRange(result.Received, 1, 100);
        Assert.Empty(daemon.AskJson("changes").EnumerateArray());
    }

    [Fact]
    public void A_receiver_that_keeps_up_raises_nothing()
    {
        Suite.Require();
        using var place = LabNamespace.Create("udp");
        using var daemon = Start();
        // Half a second of it finds room: a busy machine may keep the reader waiting for a while.
        var result = Stream(place, new UdpOptions { Duration = TimeSpan.FromSeconds(2), Rate = 500, Size = 100 });
        Assert.Equal(result.Sent, result.Received);
        Assert.Empty(daemon.AskJson("changes").EnumerateArray());
    }

    [Fact]
    public void A_tiny_udp_mem_is_raised_within_its_share_of_memory_and_put_back()
    {
        Suite.Require();
        const string tiny = "16 24 32";
        using var memory = SysctlOverride.Set(Marks, tiny);
        using var place = LabNamespace.Create("udp");
        using var daemon = Start();
        var raised = TunableValue.Parse(tiny);
        for (var attempt = 0; attempt < 10 && raised[2] < 64; attempt++)
        {
            // The kernel reckons in batches of 1 MiB for each CPU: less than that does not show.
            Stream(place, new UdpOptions
            {
                Duration = TimeSpan.FromSeconds(1), Rate = 0, Size = 8000, Reads = false, ReceiveBuffer = 4 << 20,
            });
            raised = TunableValue.Parse(Sysctl.Read(Marks));
        }

        output.WriteLine($"udp_mem came to {raised}");
        var free = BufferMemory.AvailablePages();
        Assert.InRange(raised[0], 17, free / 16);
        Assert.InRange(raised[1], 25, free / 8);
        Assert.InRange(raised[2], 64, free / 4);
        daemon.Process.Stop(TestDaemon.Patience);
        Assert.Equal(tiny, Sysctl.Read(Marks));
    }

    private static TestDaemon Start() => new(null, "-R", "-a", "udp_buffer");

    private static long Value(string name) => long.Parse(Sysctl.Read(name), CultureInfo.InvariantCulture);

    /// <summary>A hundred datagrams to a new socket that is read when all have come.</summary>
    private static UdpResult Burst(LabNamespace place, bool ipv6, int? buffer = null) => Stream(place, new UdpOptions
    {
        Duration = TimeSpan.FromMilliseconds(100), Rate = 1000, Reads = false, ReceiveBuffer = buffer, IPv6 = ipv6,
    });

    private static UdpResult Stream(LabNamespace place, UdpOptions options) => UdpStream.Run(
        place, place, options with { Receiver = options.IPv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback });
}
