using System.Globalization;
using BpfTune.Lab;
using BpfTune.Sdk;

namespace BpfTune.Daemon.LiveTests;

/// <summary>TCP's memory as a whole, and the SYN queue.</summary>
public sealed class MemoryTests(ITestOutputHelper output)
{
    [Fact]
    public void A_tiny_tcp_mem_is_raised_within_its_share_of_memory_and_put_back()
    {
        Suite.Require();
        const string tiny = "48 64 96";
        using var memory = SysctlOverride.Set("net.ipv4.tcp_mem", tiny);
        using var site = new Site();
        site.Set(TcpSettings.Fixed(TcpSettings.GenerousMaximum));
        using var daemon = new TestDaemon(arguments: "-R");
        var raised = TunableValue.Parse(tiny);
        for (var attempt = 0; attempt < 5 && raised[2] < 192; attempt++)
        {
            site.Transfer(3, new TcpOptions { Connections = 8 });
            raised = TunableValue.Parse(Sysctl.Read("net.ipv4.tcp_mem"));
        }

        output.WriteLine($"tcp_mem came to {raised}");
        var free = BufferMemory.AvailablePages();
        Assert.InRange(raised[0], 49, free / 16);
        Assert.InRange(raised[1], 65, free / 8);
        Assert.InRange(raised[2], 192, free / 4);
        daemon.Process.Stop(TestDaemon.Patience);
        Assert.Equal(tiny, Sysctl.Read("net.ipv4.tcp_mem"));
    }

    [Fact]
    public void A_syn_queue_that_overflows_with_real_clients_is_lengthened()
    {
        Suite.Require();
        using var site = new Site();
        site.Receiver.WriteSysctl("net.ipv4.tcp_max_syn_backlog", "128");
        using var daemon = new TestDaemon(arguments: "-R");
        var backlog = 128L;
        for (var attempt = 0; attempt < 5 && backlog == 128; attempt++)
        {
            // Two hundred at once towards a listener that remembers four half-open ones, half a round trip away.
            var result = ShortConnections.Run(
                site.Sender, site.Receiver, new ShortConnectionOptions { Count = 3000, Parallel = 200, Backlog = 4 });
            backlog = long.Parse(site.Receiver.ReadSysctl("net.ipv4.tcp_max_syn_backlog"), CultureInfo.InvariantCulture);
            output.WriteLine($"{result.Completed} connections, backlog {backlog}");
        }

        Assert.InRange(backlog, 129, 65536);
        Assert.Equal("128", daemon.AskJson("changes").EnumerateArray().Last(
            c => c.GetProperty("tunable").GetString() == "net.ipv4.tcp_max_syn_backlog").GetProperty("old").GetString());
    }
}
