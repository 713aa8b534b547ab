using BpfTune.Lab;

namespace BpfTune.Daemon.LiveTests;

/// <summary>Whatever ends the daemon, every value can be put back.</summary>
public sealed class RollbackTests(ITestOutputHelper output)
{
    private const string Receive = "net.ipv4.tcp_rmem";
    private const string Send = "net.ipv4.tcp_wmem";

    [Fact]
    public void After_a_kill_in_the_midst_of_tuning_everything_is_put_back_and_nothing_is_left_in_the_kernel()
    {
        Suite.Require();
        using var site = new Site();
        site.SetLow();
        using var daemon = new TestDaemon();
        var programs = daemon.Programs();
        Assert.NotEmpty(programs);
        using var transfer = TcpTransfer.Start(
            site.Sender, site.Receiver, new TcpOptions { Duration = TimeSpan.FromSeconds(4), Congestion = "cubic" });
        daemon.Process.WaitForLine(t => t.Contains("raised " + Receive, StringComparison.Ordinal), TestDaemon.Patience);
        daemon.Process.Kill();
        Assert.True(Site.Maximum(site.Receiver, Receive) > 131072);

        // The kernel lets go of programs a moment after their last descriptor.
        daemon.WaitUntil(() => TestDaemon.Alive(programs) == 0, "no program is left");
        // A shell's script sets nothing but what is the global namespace's.
        Assert.Contains($"# in namespace {site.Receiver.Name}: sysctl -w {Receive}=\"{Site.Low}\"\n", daemon.Script(), StringComparison.Ordinal);
        output.WriteLine(daemon.Ask("rollback"));
        transfer.Wait();
        Assert.Equal(Site.Low, site.Receiver.ReadSysctl(Receive));
        Assert.Equal(Site.LowSend, site.Sender.ReadSysctl(Send));
    }

    [Fact]
    public void What_somebody_else_has_set_since_is_left_alone()
    {
        Suite.Require();
        using var site = new Site();
        site.SetLow();
        using var daemon = new TestDaemon();
        site.Transfer(3);
        daemon.Process.Kill();
        site.Receiver.WriteSysctl(Receive, "4096 87380 5000000");
        var said = daemon.TryAsk("rollback");
        output.WriteLine(said.Output);
        Assert.Equal("4096 87380 5000000", site.Receiver.ReadSysctl(Receive));
        Assert.Equal(Site.LowSend, site.Sender.ReadSysctl(Send));
        Assert.Contains("somebody else", said.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_running_daemon_rolls_back_on_request_and_says_so()
    {
        Suite.Require();
        using var site = new Site();
        site.SetLow();
        using var daemon = new TestDaemon();
        site.Transfer(3);
        Assert.True(Site.Maximum(site.Receiver, Receive) > 131072, daemon.Log);
        daemon.Ask("rollback");
        Assert.Equal(Site.Low, site.Receiver.ReadSysctl(Receive));
        Assert.Equal(Site.LowSend, site.Sender.ReadSysctl(Send));
        var programs = daemon.Programs();
        Assert.Equal(0, daemon.Process.Stop(TestDaemon.Patience).ExitCode);
        daemon.WaitUntil(() => TestDaemon.Alive(programs) == 0, "no program is left");
    }
}
