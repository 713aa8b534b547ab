using BpfTune.Lab;

namespace BpfTune.Vm.Guest;

/// <summary>tcp_conn where netem loses packets, and with algorithms that are modules here.</summary>
internal static class ConnectionChecks
{
    private const int Rate = 10_000_000;

    // Four to learn from, and two trials of each other algorithm: bbr, htcp, and dctcp where it may be tried. One in twenty is random.
    private const int Connections = 10;

    // The first finds that the path loses by itself; those that follow have bbr, and show what it gives.
    private const int Lessons = 3;

    // How often one path is measured: the median leaves out a lucky connection, and one that an emulator kept waiting.
    private const int Samples = 3;

    private const int Attempts = 3;

    private static readonly TimeSpan s_lesson = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(4);
    // A connection is measured from its ninth round trip on, in pieces of four.
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(1000);

    internal static IEnumerable<Check> Run()
    {
        using var little = Create(loss: 0.01, delay: 25);
        using var much = Create(loss: 0.1, delay: 25);
        // A queue of three times what the path holds: there cubic does badly enough for others to be tried.
        using var plain = Create(loss: 0, delay: 5, Rate / 8 / 1000 * 30);
        using var marking = Create(loss: 0, delay: 5, Rate / 8 / 1000 * 30);
        marking.Sender.WriteSysctl("net.ipv4.tcp_ecn", "1");
        marking.Sender.Ip("route", "add", $"{LabPipe.AddressB(false)}/32", "dev", "lab0", "features", "ecn");
        var untunedLittle = Median(little);
        var untunedMuch = Median(much);

        using var daemon = new GuestDaemon([], "-a", "tcp_conn");
        for (var i = 0; i < Lessons; i++)
            Transfer(little, s_lesson);
        yield return Loss(daemon, little, "loss_1_percent", untunedLittle, "bbr preferred");
        yield return Loss(daemon, much, "loss_10_percent", untunedMuch, "switched to bbr for loss");
        yield return Algorithms(daemon, plain, "htcp_and_no_dctcp_without_ecn", isEcn: false);
        yield return Algorithms(daemon, marking, "dctcp_where_the_route_has_ecn", isEcn: true);
    }

    /// <summary>Loss each way, of data and of what acknowledges it.</summary>
    private static Check Loss(GuestDaemon daemon, LabSite site, string name, double untuned, string expected)
    {
        // An emulator that is kept waiting measures anything.
        double best = 0;
        var fact = "";
        var attempts = 0;
        while (attempts++ < Attempts && (best <= 1.3 * untuned || !fact.Contains(expected, StringComparison.Ordinal)))
        {
            best = Math.Max(best, Median(site));
            fact = Fact(daemon, site);
        }

        return new Check(
            name,
            fact.Contains(expected, StringComparison.Ordinal) && best > 1.3 * untuned,
            FormattableString.Invariant($"{site.Pipe.Description}: cubic {untuned:0.00}, with tcp_conn {best:0.00} Mbit/s (medians of {Samples}), the best of {attempts - 1}; {fact}"));
    }

    /// <summary>htcp is tried anywhere, dctcp only where the route has ECN.</summary>
    private static Check Algorithms(GuestDaemon daemon, LabSite site, string name, bool isEcn)
    {
        for (var i = 0; i < (isEcn ? Connections + 3 : Connections); i++)
            Transfer(site, s_short);
        var available = Sysctl.Read("net.ipv4.tcp_available_congestion_control").Split(' ');
        var fact = Fact(daemon, site);
        var tried = fact.Split([' ', ',', ';'], StringSplitOptions.RemoveEmptyEntries);
        return new Check(
            name,
            available.Contains("htcp") && tried.Contains("htcp") && tried.Contains("bbr") && tried.Contains("dctcp") == isEcn,
            $"the kernel has {string.Join(' ', available)}; {fact}");
    }

    private static LabSite Create(double loss, int delay, long queue = 0)
    {
        var site = LabSite.Create(
            new PipeOptions { Rate = Rate, Loss = loss, Delay = TimeSpan.FromMilliseconds(delay), QueueLimit = queue, Offload = queue == 0 }, PipeKind.Netem);
        site.Apply(TcpSettings.Fixed(TcpSettings.GenerousMaximum));
        site.Sender.WriteSysctl("net.ipv4.tcp_congestion_control", "cubic");
        return site;
    }

    private static double Transfer(LabSite site, TimeSpan duration) => site.Transfer(new TcpOptions { Duration = duration }).Mbit;

    private static double Median(LabSite site) =>
        Enumerable.Range(0, Samples).Select(_ => Transfer(site, s_duration)).Order().ElementAt(Samples / 2);

    private static string Fact(GuestDaemon daemon, LabSite site) => string.Join("; ", daemon.Tuner("tcp_conn").Facts
        .Where(fact => fact.Name.EndsWith(site.Sender.Name, StringComparison.Ordinal)).Select(fact => fact.Value));
}
