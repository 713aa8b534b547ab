using System.Globalization;
using System.Net;

namespace BpfTune.Lab;

/// <summary>The kernel's own delay, where it has it (CONFIG_NET_SCH_NETEM).</summary>
public static class Netem
{
    // netem's own default of 1000 packets is 1.5 MB: a long fat pipe would be a lossy one.
    private const int Limit = 1_000_000;

    private static readonly Lazy<bool> s_available = new(Probe);

    /// <summary>Whether this kernel has netem; found out by trying, once.</summary>
    public static bool IsAvailable => s_available.Value;

    internal static void Join(LabNamespace a, LabNamespace b, PipeOptions options)
    {
        string device = DelayPipe.DeviceName;
        a.Ip("link", "add", device, "type", "veth", "peer", "name", device, "netns", b.Name);
        PipeEnd.Configure(a.Name, device, PipeAddresses.A4, PipeAddresses.A6, options.Mtu, 1000);
        PipeEnd.Configure(b.Name, device, PipeAddresses.B4, PipeAddresses.B6, options.Mtu, 1000);
        Introduce(a, b, device, PipeAddresses.B4, PipeAddresses.B6);
        Introduce(b, a, device, PipeAddresses.A4, PipeAddresses.A6);
        Delay(a, device, options);
        Delay(b, device, options);
    }

    // A lossy pipe loses questions for a neighbour, too, and a host that does not answer three of them is no host.
    private static void Introduce(LabNamespace end, LabNamespace peer, string device, params ReadOnlySpan<IPAddress> addresses)
    {
        string link = peer.Exec("cat", $"/sys/class/net/{device}/address").OrThrow().Output.Trim();
        foreach (IPAddress address in addresses)
        {
            end.Ip("neigh", "replace", address.ToString(), "lladdr", link, "nud", "permanent", "dev", device);
        }
    }

    private static void Delay(LabNamespace end, string device, PipeOptions options)
    {
        List<string> command = ["tc", "qdisc", "replace", "dev", device, "root", "netem", "limit", Text(LimitOf(options)), "delay", Text(options.Delay.TotalMicroseconds) + "us"];
        if (options.Loss > 0)
        {
            command.AddRange(["loss", Text(options.Loss * 100) + "%"]);
        }

        if (options.Rate > 0)
        {
            command.AddRange(["rate", Text(options.Rate) + "bit"]);
        }

        end.Exec([.. command]).OrThrow();

        // netem counts a bundle of segments as one packet: a loss would take 45 at a time.
        if (!options.Offload || options.Loss > 0)
        {
            end.Exec("ethtool", "-K", device, "tso", "off", "gso", "off").OrThrow();
        }
    }

    /// <summary>In packets, those on the way among them.</summary>
    private static double LimitOf(PipeOptions options) => options is { QueueLimit: > 0, Rate: > 0, Offload: false }
        ? Math.Ceiling((options.QueueLimit + options.Rate / 8 * options.Delay.TotalSeconds) / options.Mtu)
        : Limit;

    private static bool Probe()
    {
        using LabNamespace place = LabNamespace.Create("probe");
        return place.Exec("tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms").ExitCode == 0;
    }

    private static string Text(double number) => number.ToString("0.######", CultureInfo.InvariantCulture);
}
