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

        // Not the value that was there: a write that changes nothing does not count.
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
    public void Writing_the_value_that_is_there_changes_nothing()
    {
        Suite.Require();
        using var site = new Site();
        site.SetLow();
        using var daemon = new TestDaemon(arguments: "-R");
        site.Receiver.Exec("sh", "-c", $"echo '4096\t131072\t131072' > /proc/sys/net/ipv4/tcp_rmem").OrThrow();
        daemon.Process.WaitForLine(t => t.Contains("changed nothing", StringComparison.Ordinal), TestDaemon.Patience);
        site.Transfer(3);
        Assert.True(Site.Maximum(site.Receiver, Receive) > 131072, daemon.Log);
    }
}
