using System.Globalization;
using System.Text.RegularExpressions;
using BpfTune.Lab;

namespace BpfTune.Daemon.LiveTests;

/// <summary>A machine full of containers, and more words than the kernel side has room for.</summary>
public sealed class ScaleTests(ITestOutputHelper output)
{
    private const string Receive = "net.ipv4.tcp_rmem";
    private const string Send = "net.ipv4.tcp_wmem";
    private const string Low = "4096 8192 8192";

    private static readonly string[] s_words =
    [
        "net.ipv4.tcp_rmem=4096 8192 8193", "net.ipv4.tcp_wmem=4096 8192 8193", "net.ipv4.tcp_moderate_rcvbuf=0", "net.ipv4.tcp_no_metrics_save=1",
        "net.ipv4.tcp_no_ssthresh_metrics_save=0", "net.ipv4.tcp_max_syn_backlog=99", "net.ipv4.tcp_syncookies=2",
        "net.ipv4.tcp_congestion_control=reno", "net.ipv4.ipfrag_high_thresh=5000000", "net.ipv6.ip6frag_high_thresh=5000000",
    ];

    [Fact]
    public void A_thousand_namespaces_with_traffic_in_fifty_are_each_tuned_where_they_are()
    {
        Suite.Require();
        // A new namespace starts with the first one's values: set by hand in each, they would stop the tuner there.
        using var receive = SysctlOverride.Set(Receive, Low);
        using var send = SysctlOverride.Set(Send, Low);
        using var daemon = new TestDaemon(null, "-R", "-a", "tcp_buffer");
        // What the machine's own traffic needs is not to be tuned meanwhile: each new namespace would begin with that.
        Tool.Run("sysctl", "-qw", $"{Receive}={Low}", $"{Send}={Low}").OrThrow();
        daemon.WaitUntil(() => daemon.Ask("tuners").Contains("stopped in the global namespace", StringComparison.Ordinal), "the first namespace is left alone");
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
    public void Words_for_which_there_was_no_room_count_all_the_same()
    {
        Suite.Require();
        var places = new List<LabNamespace>();
        try
        {
            // Ten sysctls in each: more than the kernel's side has entries for (1,024), while the daemon takes none of them.
            for (var i = 0; i < 110; i++)
                places.Add(LabNamespace.Create("word"));
            using var daemon = new TestDaemon(null, "-R", "-a", "tcp_buffer", "-a", "tcp_conn", "-a", "ip_frag");
            daemon.WaitUntil(() => daemon.AskJson("status").GetProperty("namespaces").GetInt32() > places.Count, "all are known");
            // Of a value that was never seen nobody can tell that it was another.
            daemon.WaitUntil(() => Read(daemon) > places.Count, "all their values have been read once");
            Tool.Run("kill", "-STOP", $"{daemon.Process.ProcessId}").OrThrow();
            try
            {
                foreach (var place in places)
                    place.Exec(["sysctl", "-qw", .. s_words]).OrThrow();
            }
            finally
            {
                Tool.Run("kill", "-CONT", $"{daemon.Process.ProcessId}").OrThrow();
            }

            daemon.WaitUntil(
                () =>
                {
                    var stopped = daemon.AskJson("tuners").EnumerateArray()
                        .SelectMany(tuner => tuner.GetProperty("overrides").EnumerateArray())
                        .Select(word => (word.GetProperty("namespace").GetString(), word.GetProperty("tunable").GetString()))
                        .ToHashSet();
                    return places.All(place => s_words.All(word => stopped.Contains((place.Name, word.Split('=')[0]))));
                },
                "each word stops its tuner");
            Assert.Contains(daemon.Process.Lines, l => l.Text.Contains("written faster than can be told apart", StringComparison.Ordinal));
        }
        finally
        {
            places.ForEach(place => place.Dispose());
        }
    }

    /// <summary>Namespaces whose values the daemon has read, by what its log says.</summary>
    private static int Read(TestDaemon daemon) => daemon.Process.Lines
        .Select(line => Regex.Match(line.Text, "the values of ([0-9]+) namespaces have been read"))
        .Where(match => match.Success).Sum(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

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
