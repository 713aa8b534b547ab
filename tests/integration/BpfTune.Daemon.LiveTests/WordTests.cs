using System.Globalization;
using System.Text;
using BpfTune.Lab;

namespace BpfTune.Daemon.LiveTests;

/// <summary>A word counts, whatever way it came by: the value in the kernel tells of those that no hook does.</summary>
public sealed class WordTests
{
    private const string Receive = "net.ipv4.tcp_rmem";
    private const string Mine = "4096 131072 140000";

    [Fact]
    public void By_netlink()
    {
        Suite.Require();
        // The table is the whole machine's: what it was comes back.
        var thresholds = Enumerable.Range(1, 3).Select(i => $"net.ipv4.neigh.default.gc_thresh{i}").ToArray();
        var undo = thresholds.Zip((string[])["128", "512", "1024"], SysctlOverride.Set).ToArray();
        try
        {
            using var place = LabNamespace.Create("neigh");
            place.Ip("link", "add", "neigh0", "type", "veth", "peer", "name", "neigh1");
            place.Ip("link", "set", "neigh1", "up");
            place.Ip("link", "set", "neigh0", "up");
            place.Ip("address", "add", "10.66.0.1/16", "dev", "neigh0");
            using var daemon = new TestDaemon(null, "-R", "-a", "neigh_table");
            Tool.Run("ip", "ntable", "change", "name", "arp_cache", "thresh1", "256", "thresh2", "900", "thresh3", "1500").OrThrow();

            // More neighbours than he allows, which without his word would raise the limits.
            var neighbours = new StringBuilder();
            for (var i = 0; i < 1450; i++)
                neighbours.AppendLine(CultureInfo.InvariantCulture, $"neigh replace 10.66.{4 + (i / 250)}.{1 + (i % 250)} lladdr 02:00:00:00:{i / 250:x2}:{i % 250:x2} nud reachable dev neigh0");
            var batch = Path.GetTempFileName();
            try
            {
                File.WriteAllText(batch, neighbours.ToString());
                place.Ip("-batch", batch);
            }
            finally
            {
                File.Delete(batch);
            }

            daemon.Process.WaitForLine(
                t => t.Contains("gc_thresh", StringComparison.Ordinal) && t.Contains("was set by somebody who was not seen; neigh_table stops tuning it there", StringComparison.Ordinal),
                TestDaemon.Patience);
            Assert.Equal(["256", "900", "1500"], thresholds.Select(Sysctl.Read));
            Assert.Empty(daemon.AskJson("changes").EnumerateArray());
            Assert.Equal(0, daemon.Process.Stop(TestDaemon.Patience).ExitCode);
            Assert.Equal(["256", "900", "1500"], thresholds.Select(Sysctl.Read));
        }
        finally
        {
            foreach (var one in undo)
                one.Dispose();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void While_no_daemon_runs(bool isKilled)
    {
        Suite.Require();
        using var site = new Site();
        site.SetLow();
        using var daemon = new TestDaemon();
        site.Transfer(3);
        Assert.True(Site.Maximum(site.Receiver, Receive) > 131072, daemon.Log);
        if (isKilled)
            daemon.Process.Kill();
        else
            daemon.Process.Stop(TestDaemon.Patience);

        site.Receiver.WriteSysctl(Receive, Mine);
        daemon.StartAgain();
        site.Transfer(3);
        WaitUntilItStops(daemon, site);
        Assert.Equal(Mine, site.Receiver.ReadSysctl(Receive));

        // Nobody takes it for his own first value, either.
        daemon.Process.Stop(TestDaemon.Patience);
        daemon.Ask("rollback");
        Assert.Equal(Mine, site.Receiver.ReadSysctl(Receive));
    }

    private static void WaitUntilItStops(TestDaemon daemon, Site site) => daemon.Process.WaitForLine(
        t => t.Contains($"{Receive} in namespace {site.Receiver.Name} was set by somebody who was not seen; tcp_buffer stops", StringComparison.Ordinal),
        TestDaemon.Patience);

    [Fact]
    public void Where_another_program_holds_the_hook_for_itself()
    {
        Suite.Require();
        using var site = new Site();
        site.SetLow();
        using var cgroup = new HeldCgroup();
        using var daemon = new TestDaemon(null, "-R", "-c", cgroup.Path);
        Assert.Matches(@"the BPF program bpftune_sysctl \(id \d+\) holds the cgroup's hook exclusively", daemon.Log);

        // What is there now is known from here on; a value tells of a word only where another one was known.
        site.Transfer(3);
        Assert.True(Site.Maximum(site.Receiver, Receive) > 140000, daemon.Log);
        site.Receiver.WriteSysctl(Receive, Mine);
        site.Transfer(3);
        WaitUntilItStops(daemon, site);
        Assert.Equal(Mine, site.Receiver.ReadSysctl(Receive));
    }

    /// <summary>A cgroup whose hook of sysctls is taken, by a program of a daemon that runs no more.</summary>
    private sealed class HeldCgroup : IDisposable
    {
        public HeldCgroup()
        {
            var root = Array.Find(["/sys/fs/cgroup/unified", "/sys/fs/cgroup"], mount => File.Exists(mount + "/cgroup.procs"));
            if (root is null)
                Assert.Skip("no cgroup2 file system is mounted");
            Path = $"{root}/bpftune-test-{Guid.NewGuid():N}";
            Directory.CreateDirectory(Path);
            try
            {
                using var daemon = new TestDaemon(null, "-a", "route_table");
                var held = daemon.Programs();
                var program = LibBpf.BpfInventory.Programs().First(p => held.Contains(p.Id) && p.Name == "bpftune_sysctl");
                // Without the word 'multi' it is for itself alone.
                Tool.Run("bpftool", "cgroup", "attach", Path, "sysctl", "id", program.Id.ToString(CultureInfo.InvariantCulture)).OrThrow();
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public string Path { get; }

        // The program goes with it.
        public void Dispose() => Directory.Delete(Path);
    }
}
