using System.Globalization;

namespace BpfTune.Lab;

/// <summary>
/// The TCP sysctls of one namespace that a run depends on. Congestion control is not among them: a namespace may only
/// take what the machine's tcp_allowed_congestion_control names, a socket of root's any (<see cref="TcpOptions.Congestion"/>).
/// </summary>
public sealed record TcpSettings
{
    /// <summary>Large enough for any pipe that a machine carries by itself: 64 MiB.</summary>
    public const long GenerousMaximum = 67108864;

    /// <summary>net.ipv4.tcp_rmem.</summary>
    public required string ReceiveMemory { get; init; }

    /// <summary>net.ipv4.tcp_wmem.</summary>
    public required string SendMemory { get; init; }

    /// <summary>Kernel defaults in the first two members, one maximum for both directions.</summary>
    public static TcpSettings Fixed(long maximum) => new()
    {
        ReceiveMemory = string.Create(CultureInfo.InvariantCulture, $"4096 {Math.Min(131072, maximum)} {maximum}"),
        SendMemory = string.Create(CultureInfo.InvariantCulture, $"4096 {Math.Min(16384, maximum)} {maximum}"),
    };

    /// <summary>Sets them, and makes every run start anew: nothing is kept from connections before.</summary>
    public void ApplyTo(LabNamespace place)
    {
        ArgumentNullException.ThrowIfNull(place);
        place.Run(() =>
        {
            Sysctl.Write("net.ipv4.tcp_rmem", ReceiveMemory);
            Sysctl.Write("net.ipv4.tcp_wmem", SendMemory);
            Sysctl.Write("net.ipv4.tcp_no_metrics_save", "1");
        });
        place.FlushTcpMetrics();
    }
}
