using System.Globalization;
using BpfTune.Lab;

namespace BpfTune.Daemon.LiveTests;

/// <summary>What consecutive connections over one long path come to with all tuners: figures to read, and bounds that they keep.</summary>
public sealed class LossyPathTests(ITestOutputHelper output)
{
    private const string Allowed = "net.ipv4.tcp_allowed_congestion_control";
    private const string Default = "net.ipv4.tcp_congestion_control";
    private const int Connections = 12;

    [Fact]
    public void Where_one_in_a_hundred_is_lost_the_second_connection_is_fast_already()
    {
        Suite.Require();
        using var allowed = Allow();
        using var site = Create("cubic", loss: 0.01);
        using var daemon = new TestDaemon(arguments: "-R");
        var mbit = Run(site, daemon, Connections, 1.4);
        Assert.True(mbit[1] >= 100, $"the second connection came to {mbit[1]:0.0} Mbit/s");
        Assert.True(Median(mbit[1..]) >= 60, $"the median of the others came to {Median(mbit[1..]):0.0} Mbit/s");
        var fact = Fact(daemon, site);
        Assert.StartsWith("bbr preferred: the path loses by itself", fact, StringComparison.Ordinal);
        var deeds = daemon.AskJson("-q", "summary").GetProperty("deeds").EnumerateArray().Select(d => d.GetProperty("text").GetString()!).ToList();
        Assert.Contains(deeds, d => d.Contains("bbr for 10.77.0.0/24 in namespace", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_bbr_is_the_default_on_a_lossy_path_no_connection_is_given_away_to_a_trial()
    {
        Suite.Require();
        using var allowed = Allow();
        using var site = Create("bbr", loss: 0.01);
        using var daemon = new TestDaemon(arguments: "-R");
        var mbit = Run(site, daemon, Connections, 2);
        var least = mbit.Min();
        Assert.True(least >= Median(mbit) / 3, $"the slowest came to {least:0.0}, the median to {Median(mbit):0.0} Mbit/s");
    }

    [Fact]
    public void Where_one_in_a_thousand_is_lost_it_is_no_slower_than_cubic()
    {
        Suite.Require();
        using var allowed = Allow();
        using var site = Create("cubic", loss: 0.001);
        // Buffers are not what is compared.
        site.Apply(TcpSettings.Fixed(TcpSettings.GenerousMaximum));
        var cubic = site.Transfer(new TcpOptions { Duration = TimeSpan.FromSeconds(2) }).Mbit;
        using var daemon = new TestDaemon(arguments: "-R");
        var mbit = Run(site, daemon, 3, 2);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"without the daemon {cubic:0.0} Mbit/s"));
        Assert.True(mbit.Max() >= 0.95 * cubic && Median(mbit) >= 0.95 * cubic, $"cubic alone {cubic:0.0}, the median with tcp_conn {Median(mbit):0.0} Mbit/s");
    }

    [Theory]
    [InlineData(100)]
    [InlineData(20)]
    public void Slow_start_that_overshoots_a_path_without_loss_keeps_cubic(int queueMilliseconds)
    {
        Suite.Require();
        using var allowed = Allow();
        const long rate = 100_000_000;
        using var site = Create("cubic", loss: 0, rate, queue: rate / 8 * queueMilliseconds / 1000);
        site.Apply(TcpSettings.Fixed(TcpSettings.GenerousMaximum));
        using var daemon = new TestDaemon(null, "-R", "-a", "tcp_conn");
        Run(site, daemon, 2, 2);
        var lines = daemon.Process.Lines.Where(l => l.Text.Contains("segments sent again", StringComparison.Ordinal)).Select(l => l.Text).ToList();
        Assert.DoesNotContain(daemon.Process.Lines, l => l.Text.Contains("to bbr", StringComparison.Ordinal));
        Assert.DoesNotContain("bbr", Fact(daemon, site), StringComparison.Ordinal);
        // Else it shows nothing.
        Assert.Contains(lines, l => !l.Contains(" 0 of ", StringComparison.Ordinal));
    }

    /// <summary>Consecutive connections; the figures are printed.</summary>
    private double[] Run(LabSite site, TestDaemon daemon, int connections, double seconds)
    {
        var results = Enumerable.Range(0, connections).Select(_ => site.Transfer(new TcpOptions { Duration = TimeSpan.FromSeconds(seconds) })).ToList();
        var mbit = results.Select(r => r.Mbit).ToArray();
        output.WriteLine(site.Pipe.Description + ": " + string.Join(", ", mbit.Select(m => m.ToString("0.0", CultureInfo.InvariantCulture))) + " Mbit/s");
        output.WriteLine("segments sent again: " + string.Join(", ", results.Select(r => r.Retransmits)));
        foreach (var line in daemon.Process.Lines.Where(l => l.Text.Contains("10.77.0.0/24", StringComparison.Ordinal)))
            output.WriteLine(line.Text);
        output.WriteLine(Fact(daemon, site));
        return mbit;
    }

    private static double Median(double[] values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Fact(TestDaemon daemon, LabSite site) =>
        daemon.AskJson("tuners").EnumerateArray().Single(t => t.GetProperty("name").GetString() == "tcp_conn")
            .GetProperty("facts").EnumerateArray()
            .Where(f => f.GetProperty("name").GetString() == $"10.77.0.0/24 in {site.Sender.Name}")
            .Select(f => f.GetProperty("value").GetString()!).SingleOrDefault() ?? "";

    /// <summary>A namespace's default has to be among them, in the kernel's own order.</summary>
    private static SysctlOverride Allow() => SysctlOverride.Set(Allowed, Sysctl.Read("net.ipv4.tcp_available_congestion_control"));

    private static LabSite Create(string congestion, double loss, long rate = 1_000_000_000, long queue = 0)
    {
        var site = LabSite.Create(new PipeOptions { Loss = loss, Rate = rate, QueueLimit = queue, Delay = TimeSpan.FromMilliseconds(25) });
        site.Sender.WriteSysctl(Default, congestion);
        return site;
    }
}
