using System.Globalization;
using BpfTune.Lab;

namespace BpfTune.Daemon.LiveTests;

/// <summary>An administrator's own setting stops a tuner there and only there.</summary>
public sealed class OverrideTests
{
    private const string Receive = "net.ipv4.tcp_rmem";
    private const string Send = "net.ipv4.tcp_wmem";

    [Fact]
    public void A_manual_setting_stops_the_tuner_in_its_namespace_until_resumed()
    {
        Suite.Require();
        using var site = new Site();
        site.SetLow();
        using var daemon = new TestDaemon(arguments: "-R");

        const string mine = "4096 131072 140000";
        site.Receiver.Exec("sh", "-c", $"echo {mine} > /proc/sys/net/ipv4/tcp_rmem").OrThrow();
        var line = daemon.Process.WaitForLine(t => t.Contains("stops tuning it there", StringComparison.Ordinal), TestDaemon.Patience);
        Assert.Matches($@"pid \d+ \(sh\) set {Receive} in namespace {site.Receiver.Name}; tcp_buffer stops tuning it there", line.Text);

        site.Transfer(3);
        Assert.Equal(mine, site.Receiver.ReadSysctl(Receive));
        Assert.True(Site.Maximum(site.Sender, Send) > 131072, daemon.Log);
        var tuner = daemon.AskJson("tuners").EnumerateArray().Single(t => t.GetProperty("name").GetString() == "tcp_buffer");
        var stopped = Assert.Single(tuner.GetProperty("overrides").EnumerateArray());
        Assert.Equal(site.Receiver.Name, stopped.GetProperty("namespace").GetString());

        Assert.Contains(site.Receiver.Name, daemon.Ask("resume", "tcp_buffer"), StringComparison.Ordinal);
        site.Transfer(3);
        Assert.True(Site.Maximum(site.Receiver, Receive) > 140000, daemon.Log);

        // What was set by hand in between is what was there before the first change: it is what comes back.
        daemon.Process.Stop(TestDaemon.Patience);
        Assert.Equal(mine, site.Receiver.ReadSysctl(Receive));
    }

    [Fact]
    public void Writing_the_value_that_stands_makes_it_stay()
    {
        Suite.Require();
        using var site = new Site();
        site.SetLow();
        using var daemon = new TestDaemon(arguments: "-R");
        site.Receiver.Exec("sh", "-c", $"echo '4096\t131072\t131072' > /proc/sys/net/ipv4/tcp_rmem").OrThrow();
        daemon.Process.WaitForLine(t => t.Contains("stops tuning it there", StringComparison.Ordinal), TestDaemon.Patience);
        site.Transfer(3);
        Assert.Equal(Site.Low, site.Receiver.ReadSysctl(Receive));
        Assert.True(Site.Maximum(site.Sender, Send) > 131072, daemon.Log);
    }

    [Fact]
    public void A_burst_that_ends_where_it_began_is_no_word()
    {
        Suite.Require();
        using var site = new Site();
        site.SetLow();
        using var daemon = new TestDaemon(arguments: "-R");
        site.Receiver.Exec("sh", "-c", $"cd /proc/sys/net/ipv4; echo 4096 131072 140000 > tcp_rmem; echo {Site.Low} > tcp_rmem").OrThrow();
        daemon.Process.WaitForLine(t => t.Contains("that was nobody's word", StringComparison.Ordinal), TestDaemon.Patience);
        site.Transfer(3);
        Assert.True(Site.Maximum(site.Receiver, Receive) > 131072, daemon.Log);
    }

    /// <summary>More writes than any buffer holds, of things that are no concern of the daemon's, while it does not run.</summary>
    [Fact]
    public void A_word_that_came_while_the_daemon_was_frozen_counts()
    {
        Suite.Require();
        using var site = new Site();
        site.SetLow();
        using var daemon = new TestDaemon(arguments: "-R");
        var pid = daemon.Process.ProcessId.ToString(CultureInfo.InvariantCulture);
        Tool.Run("kill", "-STOP", pid).OrThrow();
        try
        {
            var burst = Sysctl.Read("kernel.printk_ratelimit_burst");
            for (var i = 0; i < 20_000; i++)
                Sysctl.Write("kernel.printk_ratelimit_burst", burst);
            site.Receiver.WriteSysctl(Receive, "4096 131072 140000");
        }
        finally
        {
            Tool.Run("kill", "-CONT", pid).OrThrow();
        }

        daemon.Process.WaitForLine(t => t.Contains($"in namespace {site.Receiver.Name}; tcp_buffer stops", StringComparison.Ordinal), TestDaemon.Patience);
        site.Transfer(3);
        Assert.Equal("4096 131072 140000", site.Receiver.ReadSysctl(Receive));
    }

    /// <summary>A descriptor can be opened in one namespace and written from another: the sysctl's own counts.</summary>
    [Fact]
    public void A_descriptor_of_another_namespace_says_nothing_of_the_writers()
    {
        Suite.Require();
        using var place = LabNamespace.Create("forged");
        using var daemon = new TestDaemon();
        using (var file = place.Run(() => File.OpenHandle("/proc/sys/net/ipv4/tcp_rmem", FileMode.Open, FileAccess.Write)))
            RandomAccess.Write(file, "4096 131072 5555555\n"u8, 0);
        var line = daemon.Process.WaitForLine(t => t.Contains("tcp_buffer stops", StringComparison.Ordinal), TestDaemon.Patience);
        Assert.Contains($"in namespace {place.Name};", line.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("in the global namespace; tcp_buffer", daemon.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void The_writer_is_the_program_whatever_its_thread_calls_itself()
    {
        Suite.Require();
        using var place = LabNamespace.Create("threads");
        using var daemon = new TestDaemon();
        place.Run(() =>
        {
            File.WriteAllText("/proc/thread-self/comm", "bpftune");
            Sysctl.Write(Receive, "4096 131072 5555555");
        });
        var program = File.ReadAllText($"/proc/{Environment.ProcessId}/comm").Trim();
        var line = daemon.Process.WaitForLine(t => t.Contains("tcp_buffer stops", StringComparison.Ordinal), TestDaemon.Patience);
        Assert.Contains($"({program}) set {Receive}", line.Text, StringComparison.Ordinal);
    }

    /// <summary>Somebody without privileges writes what is his own as fast as he can: that hides nobody's word.</summary>
    [Fact]
    public void Words_count_under_a_flood_of_somebody_elses_writes()
    {
        Suite.Require();
        const int words = 60;
        var places = Enumerable.Range(0, words).Select(i => LabNamespace.Create($"word{i}")).ToArray();
        using var daemon = new TestDaemon();
        using var flood = System.Diagnostics.Process.Start("setpriv", [
            "--reuid=65534", "--regid=65534", "--clear-groups", "unshare", "-Urn", "sh", "-c",
            "cd /proc/sys/net/ipv4; while :; do echo 4096 131072 1000000 > tcp_rmem; echo 4096 131072 2000000 > tcp_rmem; done"]);
        try
        {
            foreach (var place in places)
                place.WriteSysctl(Receive, "4096 131072 5555555");
            daemon.WaitUntil(
                () => places.All(p => daemon.Log.Contains($"in namespace {p.Name}; tcp_buffer stops", StringComparison.Ordinal)),
                "every word counts");
            Assert.DoesNotContain("not seen", daemon.Log, StringComparison.Ordinal);
        }
        finally
        {
            flood.Kill(entireProcessTree: true);
            flood.WaitForExit();
            foreach (var place in places)
                place.Dispose();
        }
    }
}
