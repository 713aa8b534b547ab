using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using BpfTune.Lab;

namespace BpfTune.Daemon.LiveTests;

/// <summary>tcp_conn on real connections: which congestion control they get, and which are left alone.</summary>
public sealed partial class TcpConnectionTests(ITestOutputHelper output)
{
    private const string Allowed = "net.ipv4.tcp_allowed_congestion_control";
    private const string Default = "net.ipv4.tcp_congestion_control";
    private const string Remote = "10.77.0.0/24";
    private const string Remote6 = "fd77:6c61:62::/64";

    public static TheoryData<bool> Families => [false, true];

    [Theory]
    [MemberData(nameof(Families))]
    public void A_lossy_connection_moves_to_bbr_and_programs_may_choose_it_then(bool ipv6)
    {
        Suite.Require();
        using var allowed = Allow("reno", "cubic");
        var before = Sysctl.Read(Allowed);
        using var site = Create(loss: 0.05);
        using var daemon = new TestDaemon(null, "-R", "-a", "tcp_conn");
        using var transfer = Start(site, new TcpOptions { IPv6 = ipv6, Duration = TimeSpan.FromSeconds(4) });
        daemon.WaitUntil(() => Algorithms(site) is ["bbr"], "the connection runs under bbr");
        var result = transfer.Wait();
        output.WriteLine($"{result.Mbit:0.0} Mbit/s with 5 % loss, {result.Retransmits} segments sent again");
        var line = daemon.Process.WaitForLine(t => t.Contains("are switched to bbr", StringComparison.Ordinal), TestDaemon.Patience);
        Assert.Matches($@"a connection to {(ipv6 ? Remote6 : Remote)} in namespace {site.Sender.Name} had to send \d+ of \d+ segments again under cubic", line.Text);
        daemon.WaitUntil(() => Sysctl.Read(Allowed).Split(' ').Contains("bbr"), "programs may choose bbr");
        Assert.Contains("1 switched to bbr for loss", Fact(daemon, ipv6 ? Remote6 : Remote), StringComparison.Ordinal);

        Assert.Contains($"sysctl -w {Allowed}=\"{before}\"\n", daemon.Ask("-q", "rollback"), StringComparison.Ordinal);
        var asked = daemon.AskJson("-q", "summary").GetProperty("deeds").EnumerateArray().Select(d => d.GetProperty("text").GetString()!).ToList();
        Assert.Contains(asked, text => text.StartsWith($"1 connection was switched to bbr for loss, to {(ipv6 ? Remote6 : Remote)} in namespace {site.Sender.Name}", StringComparison.Ordinal));
        daemon.Process.Stop(TestDaemon.Patience);
        Assert.Contains(daemon.Process.Lines, l => l.Text.Contains("summary: tcp_conn: 1 connection was switched to bbr for loss", StringComparison.Ordinal));
        Assert.DoesNotContain(daemon.Process.Lines, l => l.Text.Contains("nothing was changed", StringComparison.Ordinal));
        Assert.Equal(["cubic", "reno"], Sysctl.Read(Allowed).Split(' ').Order());
    }

    [Theory]
    [InlineData("mode = advise\n")]
    [InlineData("[tunable net.ipv4.tcp_congestion_control]\nmode = off\n")]
    [InlineData("[namespace lab_*]\nmode = off\n")]
    public void Where_the_mode_is_not_tune_connections_are_left_alone_until_it_is(string settings)
    {
        Suite.Require();
        using var allowed = Allow("reno", "cubic");
        using var site = Create(loss: 0.05);
        using var daemon = TestDaemon.WithSettings(settings, "-R", "-a", "tcp_conn");
        using (var transfer = Start(site, new TcpOptions { Duration = TimeSpan.FromSeconds(2) }))
        {
            Thread.Sleep(TimeSpan.FromSeconds(1.5));
            Assert.Equal(["cubic"], Algorithms(site));
            transfer.Wait();
        }

        Assert.DoesNotContain("switched", daemon.Ask("-q", "summary"), StringComparison.Ordinal);
        daemon.Configure("");
        daemon.ReadAgain();
        daemon.Process.WaitForLine(t => t.Contains("modes and limits are read again; the mode is tune", StringComparison.Ordinal), TestDaemon.Patience);
        using var second = Start(site, new TcpOptions { Duration = TimeSpan.FromSeconds(4) });
        daemon.WaitUntil(() => Algorithms(site) is ["bbr"], "the connection runs under bbr");
        second.Wait();
    }

    [Fact]
    public void From_the_second_connection_on_a_lossy_path_has_bbr_and_status_says_why()
    {
        Suite.Require();
        using var allowed = Allow("reno", "cubic", "bbr");
        using var site = Create(loss: 0.005);
        using var daemon = new TestDaemon(null, "-R", "-a", "tcp_conn");
        var used = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            using var transfer = Start(site, new TcpOptions { Duration = TimeSpan.FromSeconds(i == 0 ? 4 : 1.5) });
            used.Add(Assert.Single(Algorithms(site)));
            transfer.Wait();
        }

        var fact = Fact(daemon, Remote);
        output.WriteLine(string.Join(' ', used));
        output.WriteLine(fact);
        Assert.Equal(["cubic", "bbr", "bbr", "bbr"], used);
        Assert.Matches(Known(), fact);
        daemon.Process.WaitForLine(
            t => t.Contains($"connections to {Remote} in namespace {site.Sender.Name} get bbr from now on: the path loses by itself", StringComparison.Ordinal),
            TestDaemon.Patience);

        // dctcp is no candidate without ECN on the route, and the receiver's side sent nothing to learn from.
        Assert.DoesNotContain("dctcp", fact, StringComparison.Ordinal);
        Assert.Single(Facts(daemon));
    }

    [Fact]
    public void Connections_without_loss_and_those_whose_program_has_chosen_stay_as_they_are()
    {
        Suite.Require();
        using var allowed = Allow("reno", "cubic", "bbr");
        // A queue that holds all that the receiver's window allows: nothing is ever lost.
        using var good = Create(loss: 0, queue: 16 << 20);
        TcpSettings.Fixed(1 << 20).ApplyTo(good.Receiver);
        using var bad = Create(loss: 0.05);
        using var daemon = new TestDaemon(null, "-R", "-a", "tcp_conn");
        // A lost SYN takes a second to be sent again: the first must still run when the second has come about.
        using var unharmed = Start(good, new TcpOptions { Duration = TimeSpan.FromMinutes(1) });
        using var chosen = Start(bad, new TcpOptions { Duration = TimeSpan.FromMinutes(1), Congestion = "cubic" });
        Thread.Sleep(3000);
        Assert.Equal(["cubic"], Algorithms(good));
        Assert.Equal(["cubic"], Algorithms(bad));
        unharmed.Stop();
        chosen.Stop();
        unharmed.Wait();
        Assert.True(chosen.Wait().Retransmits > 2);
        Assert.DoesNotContain(daemon.Process.Lines, l => l.Text.Contains("switched to bbr", StringComparison.Ordinal));
        Assert.Empty(daemon.AskJson("changes").EnumerateArray());
    }

    [Fact]
    public void A_program_that_chooses_later_keeps_its_choice()
    {
        Suite.Require();
        using var allowed = Allow("reno", "cubic", "bbr");
        using var site = Create(loss: 0.05);
        using var daemon = new TestDaemon(null, "-R", "-a", "tcp_conn");
        using var listener = site.Receiver.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(LabPipe.AddressB(false), 0));
        listener.Listen(1);
        using var client = site.Sender.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        client.Connect(listener.LocalEndPoint!);
        using var server = listener.Accept();

        // The one it has already: nothing changes but that it is now meant.
        client.SetRawSocketOption(6, 13, "cubic"u8);
        var reader = new Thread(() =>
        {
            var buffer = new byte[65536];
            while (server.Receive(buffer) > 0)
            {
            }
        });
        reader.Start();
        client.Send(new byte[600_000]);
        daemon.WaitUntil(() => TcpInfo.Read(client).TotalRetransmits > 10, "segments are sent again");
        Assert.Equal(["cubic"], Algorithms(site));
        client.Shutdown(SocketShutdown.Send);
        reader.Join();
        Assert.DoesNotContain(daemon.Process.Lines, l => l.Text.Contains("switched to bbr", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_an_administrator_sets_the_default_nothing_is_chosen_until_resumed()
    {
        Suite.Require();
        using var allowed = Allow("reno", "cubic", "bbr");
        using var site = Create(loss: 0.05);
        using var daemon = new TestDaemon(null, "-R", "-a", "tcp_conn");
        site.Sender.Exec("sh", "-c", "echo reno > /proc/sys/net/ipv4/tcp_congestion_control").OrThrow();
        var line = daemon.Process.WaitForLine(t => t.Contains("stops tuning it there", StringComparison.Ordinal), TestDaemon.Patience);
        Assert.Contains($"set {Default} in namespace {site.Sender.Name}", line.Text, StringComparison.Ordinal);

        using (var transfer = Start(site, new TcpOptions { Duration = TimeSpan.FromSeconds(2) }))
        {
            Thread.Sleep(1500);
            Assert.Equal(["reno"], Algorithms(site));
            Assert.True(transfer.Wait().Retransmits > 2);
        }

        daemon.Ask("resume", "tcp_conn");
        using var second = Start(site, new TcpOptions { Duration = TimeSpan.FromSeconds(4) });
        daemon.WaitUntil(() => Algorithms(site) is ["bbr"], "the connection runs under bbr");
    }

    /// <summary>The kernel lists algorithms in an order of its own, whatever the order they are written in.</summary>
    private static SysctlOverride Allow(params string[] names) => SysctlOverride.Set(
        Allowed, string.Join(' ', Sysctl.Read("net.ipv4.tcp_available_congestion_control").Split(' ').Where(names.Contains)));

    private static LabSite Create(double loss, long queue = 0)
    {
        var site = LabSite.Create(new PipeOptions
        {
            Loss = loss, Rate = 50_000_000, QueueLimit = queue, Delay = TimeSpan.FromMilliseconds(20),
        });
        site.Apply(TcpSettings.Fixed(TcpSettings.GenerousMaximum));
        site.Sender.WriteSysctl(Default, "cubic");
        // What the kernel remembers of a peer would make the second connection unlike the first.
        site.Sender.WriteSysctl("net.ipv4.tcp_no_metrics_save", "1");
        return site;
    }

    private static TcpTransfer Start(LabSite site, TcpOptions options) => TcpTransfer.Start(site.Sender, site.Receiver, options);

    /// <summary>Congestion control of the sender's established connections, as ss shows it.</summary>
    private static IReadOnlyList<string> Algorithms(LabSite site) =>
        [.. Algorithm().Matches(site.Sender.Exec("ss", "-tinH", "state", "established").OrThrow().Output).Select(m => m.Groups[1].Value)];

    private static IEnumerable<(string Name, string Value)> Facts(TestDaemon daemon) =>
        daemon.AskJson("tuners").EnumerateArray().Single(t => t.GetProperty("name").GetString() == "tcp_conn")
            .GetProperty("facts").EnumerateArray()
            .Select(f => (f.GetProperty("name").GetString()!, f.GetProperty("value").GetString()!));

    private static string Fact(TestDaemon daemon, string remote)
    {
        var value = "";
        daemon.WaitUntil(
            () => (value = Facts(daemon).FirstOrDefault(f => f.Name.StartsWith(remote, StringComparison.Ordinal)).Value) is not null,
            $"there is a fact about {remote}");
        return value;
    }

    [GeneratedRegex(@"\b(bbr|cubic|reno|htcp|dctcp)\b(?!:)")]
    private static partial Regex Algorithm();

    [GeneratedRegex(@"^bbr preferred: the path loses by itself \([\d.]+ % of segments sent again\); bbr [\d.]+ Mbit/s at [\d.]+ ms \(\d+ connections?\)")]
    private static partial Regex Known();
}
