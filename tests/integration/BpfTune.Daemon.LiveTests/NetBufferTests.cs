using System.Globalization;
using System.Net;
using BpfTune.Lab;

namespace BpfTune.Daemon.LiveTests;

/// <summary>net_buffer on small packets that one processor hands to another faster than that takes them.</summary>
public sealed class NetBufferTests(ITestOutputHelper output)
{
    private const string Backlog = "net.core.netdev_max_backlog";
    private const string FlowLimit = "net.core.flow_limit_cpu_bitmap";
    private const string Budget = "net.core.netdev_budget";
    private const string BudgetTime = "net.core.netdev_budget_usecs";

    [Fact]
    public void A_backlog_that_overflows_is_lengthened_and_no_flow_may_fill_it_alone()
    {
        Suite.Require();
        using var backlog = SysctlOverride.Set(Backlog, "4");
        using var flowLimit = SysctlOverride.Set(FlowLimit, "0");
        using var place = Place();
        using var daemon = Start();
        for (var attempt = 0; attempt < 5 && Value(Backlog) < 8; attempt++)
            Flood(place, 2);
        output.WriteLine($"netdev_max_backlog came to {Sysctl.Read(Backlog)}, flow_limit_cpu_bitmap to {Sysctl.Read(FlowLimit)}");
        Assert.InRange(Value(Backlog), 8, 65_536);
        Assert.NotEqual("0", Sysctl.Read(FlowLimit));
        daemon.Process.Stop(TestDaemon.Patience);
        Assert.Equal("4", Sysctl.Read(Backlog));
        Assert.Equal("0", Sysctl.Read(FlowLimit));
    }

    [Fact]
    public void Polls_that_are_cut_short_get_a_larger_budget_and_never_more_than_10_ms()
    {
        Suite.Require();
        using var packets = SysctlOverride.Set(Budget, "2");
        using var time = SysctlOverride.Set(BudgetTime, "8000");
        using var place = Place();
        using var daemon = Start();
        for (var attempt = 0; attempt < 8 && Value(Budget) < 5; attempt++)
            Flood(place, 2);
        output.WriteLine($"netdev_budget came to {Sysctl.Read(Budget)}, netdev_budget_usecs to {Sysctl.Read(BudgetTime)}");
        Assert.InRange(Value(Budget), 5, 4800);
        Assert.Equal(10_000, Value(BudgetTime));
        Assert.DoesNotContain(
            daemon.AskJson("changes").EnumerateArray(),
            c => c.GetProperty("tunable").GetString() == BudgetTime && c.GetProperty("new").GetString() != "10000");
        daemon.Process.Stop(TestDaemon.Patience);
        Assert.Equal("2", Sysctl.Read(Budget));
        Assert.Equal("8000", Sysctl.Read(BudgetTime));
    }

    [Fact]
    public void Traffic_that_has_room_changes_nothing()
    {
        Suite.Require();
        using var backlog = SysctlOverride.Set(Backlog, "30000");
        using var packets = SysctlOverride.Set(Budget, "2000");
        using var time = SysctlOverride.Set(BudgetTime, "9000");
        using var place = Place();
        using var daemon = Start();
        Stream(place, 2, rate: 5000);
        Assert.Empty(daemon.AskJson("changes").EnumerateArray());
        Assert.Equal(30_000, Value(Backlog));
    }

    private static TestDaemon Start() => new(null, "-R", "-a", "net_buffer");

    private static long Value(string name) => long.Parse(Sysctl.Read(name), CultureInfo.InvariantCulture);

    /// <summary>A namespace whose loopback hands packets to another processor (receive packet steering), flow by flow.</summary>
    private static LabNamespace Place()
    {
        var place = LabNamespace.Create("net");
        place.Exec("sh", "-c", "echo 3 > /sys/class/net/lo/queues/rx-0/rps_cpus").OrThrow();
        return place;
    }

    /// <summary>Small packets of several flows, as many as the machine can.</summary>
    private static void Flood(LabNamespace place, double seconds) =>
        Parallel.For(0, 3, new ParallelOptions { MaxDegreeOfParallelism = 3 }, _ => Stream(place, seconds, rate: 0));

    private static void Stream(LabNamespace place, double seconds, double rate) => UdpStream.Run(place, place, new UdpOptions
    {
        Duration = TimeSpan.FromSeconds(seconds), Rate = rate, Size = 18, Reads = false, Receiver = IPAddress.Loopback,
    });
}
