using System.Globalization;
using BpfTune.Lab;

namespace BpfTune.Daemon.LiveTests;

/// <summary>A machine full of containers, and more events than the ring buffer holds.</summary>
public sealed class ScaleTests(ITestOutputHelper output)
{
    private const string Receive = "net.ipv4.tcp_rmem";
    private const string Send = "net.ipv4.tcp_wmem";
    private const string Low = "4096 8192 8192";

    [Fact]
    public void A_thousand_namespaces_with_traffic_in_fifty_are_each_tuned_where_they_are()
    {
        Suite.Require();
        // A new namespace starts with the first one's values: set by hand in each, they would stop the tuner there.
        using var receive = SysctlOverride.Set(Receive, Low);
        using var send = SysctlOverride.Set(Send, Low);
        using var daemon = new TestDaemon(null, "-R", "-a", "tcp_buffer");
        var usage = new List<ProcessUsage>();
        for (var round = 1; round <= 3; round++)
        {
            var before = daemon.Process.Usage!;
            Round();
            daemon.WaitUntil(
                () => daemon.AskJson("status").GetProperty("namespaces").GetInt32() == 1, "all namespaces but the global one are forgotten");
            var after = daemon.Process.Usage!;
            usage.Add(after);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"round {round}: {after.CpuSeconds - before.CpuSeconds:0.00} s CPU, private memory {after.PrivateDirtyBytes >> 10} KB, {after.Descriptors} descriptors"));
        }

        Assert.Equal(usage[1].Descriptors, usage[2].Descriptors);
        Assert.InRange(usage[2].PrivateDirtyBytes, 0, usage[1].PrivateDirtyBytes + (2L << 20));
        Assert.Equal(0, daemon.AskJson("status").GetProperty("events_lost").GetInt64());
    }

    [Fact]
    public void Events_that_do_not_fit_are_counted_and_said()
    {
        Suite.Require();
        using var place = LabNamespace.Create("busy");
        using var daemon = new TestDaemon(null, "-R", "-a", "tcp_buffer");
        // Asleep, it reads nothing; each write by hand is an event, and none of them is held back.
        Tool.Run("sh", "-c", string.Create(CultureInfo.InvariantCulture, $"kill -STOP {daemon.Process.ProcessId}")).OrThrow();
        try
        {
            place.Exec("sh", "-c", "i=0; while [ $i -lt 3000 ]; do echo $((i % 2)) > /proc/sys/net/ipv4/tcp_sack; i=$((i+1)); done").OrThrow();
        }
        finally
        {
            Tool.Run("sh", "-c", string.Create(CultureInfo.InvariantCulture, $"kill -CONT {daemon.Process.ProcessId}")).OrThrow();
        }

        daemon.WaitUntil(() => daemon.AskJson("status").GetProperty("events_lost").GetInt64() > 0, "lost events are counted");
        Assert.Matches("[1-9][0-9]* LOST", daemon.Ask("status"));
        daemon.Process.Stop(TestDaemon.Patience);
        Assert.Contains(daemon.Process.Lines, l => l.Text.Contains("Events were lost because the ring buffer was full", StringComparison.Ordinal));
    }

    private static void Round()
    {
        var places = new List<LabNamespace>();
        try
        {
            for (var i = 0; i < 1000; i++)
                places.Add(LabNamespace.Create("many"));
            var busy = places.Where((_, i) => i % 20 == 0).ToArray();
            foreach (var place in busy)
            {
                for (var attempt = 0; attempt < 10 && Site.Maximum(place, Send) == 8192; attempt++)
                    place.Run(() => LoopbackTraffic.Run(TimeSpan.FromMilliseconds(150)));
            }


            Assert.Equal(50, busy.Length);
            Assert.All(busy, place => Assert.True(Site.Maximum(place, Send) > 8192, $"tcp_wmem in {place.Name} is {place.ReadSysctl(Send)}"));
            Assert.All(places.Except(busy).Where((_, i) => i % 10 == 0), place => Assert.Equal(Low, place.ReadSysctl(Send)));
        }
        finally
        {
            foreach (var place in places)
                place.Dispose();
        }
    }
}
