using BpfTune.Lab;

namespace BpfTune.Vm.Guest;

/// <summary>What larger buffers are worth on a long pipe by netem, where the machine's own kernel has no netem.</summary>
internal static class LongPipeChecks
{
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(4);

    /// <summary>What is on the way at that rate, in bytes.</summary>
    private const long Product = 125_000;

    private const string LowReceive = "4096 65536 65536";
    private const string LowSend = "4096 16384 65536";

    /// <summary>50 ms and 20 Mbit/s: an emulated machine carries that, and 65536 bytes of buffer a quarter of it.</summary>
    internal static Check Run()
    {
        using var site = LabSite.Create(new PipeOptions { Rate = 20_000_000 }, PipeKind.Netem);
        var generous = Measure(site, TcpSettings.Fixed(TcpSettings.GenerousMaximum));
        var low = new TcpSettings { ReceiveMemory = LowReceive, SendMemory = LowSend };
        var untuned = Measure(site, low);
        low.ApplyTo(site.Sender);
        low.ApplyTo(site.Receiver);
        using var daemon = new GuestDaemon([], "-a", "tcp_buffer");
        var first = Transfer(site);

        // An emulated daemon takes seconds to find a namespace and to raise: the second connection has the benefit, at the latest the fourth.
        double later = 0;
        for (var attempt = 0; attempt < 3 && later < 0.8 * generous; attempt++)
            later = Math.Max(later, Transfer(site));

        // How near to the generous maxima it comes depends on what the emulator is given; that the buffers do not bind any more does not.
        var (receive, send) = (Maximum(site.Receiver, "net.ipv4.tcp_rmem"), Maximum(site.Sender, "net.ipv4.tcp_wmem"));
        var isTuned = later >= 2 * untuned && Math.Min(receive, send) > Product;
        var figures = FormattableString.Invariant(
            $"{site.Pipe.Description}: untuned {untuned:0.0}, first {first:0.0}, later {later:0.0}, generous maxima {generous:0.0} Mbit/s; tcp_rmem to {receive}, tcp_wmem to {send}");
        return new Check("long_pipe", isTuned, isTuned ? figures : $"{figures}; the daemon said:\n{daemon.Log}");
    }

    private static double Measure(LabSite site, TcpSettings settings)
    {
        site.Apply(settings);
        return Transfer(site);
    }

    private static long Maximum(LabNamespace place, string name) =>
        long.Parse(place.ReadSysctl(name).Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture);

    private static double Transfer(LabSite site) =>
        site.Transfer(new TcpOptions { Duration = s_duration, Congestion = "cubic" }).SteadyMbit;
}
