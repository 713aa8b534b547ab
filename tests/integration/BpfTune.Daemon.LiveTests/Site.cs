using System.Globalization;
using BpfTune.Lab;

namespace BpfTune.Daemon.LiveTests;

/// <summary>Two namespaces joined by a pipe of 50 ms round trip and a rate that two processors carry with ease.</summary>
internal sealed class Site(long rate = 400_000_000) : IDisposable
{
    public const string Low = "4096 131072 131072";
    public const string LowSend = "4096 16384 131072";

    private readonly LabSite _site = LabSite.Create(new PipeOptions { Rate = rate });

    public LabNamespace Sender => _site.Sender;

    public LabNamespace Receiver => _site.Receiver;

    public TimeSpan RoundTrip => _site.Pipe.Options.Delay * 2;

    /// <summary>Buffers too small on both sides.</summary>
    public void SetLow() => Set(new TcpSettings { ReceiveMemory = Low, SendMemory = LowSend });

    public void Set(TcpSettings settings) => _site.Apply(settings);

    public TcpResult Transfer(double seconds, TcpOptions? options = null) =>
        _site.Transfer((options ?? new TcpOptions()) with { Duration = TimeSpan.FromSeconds(seconds), Congestion = "cubic" });

    /// <summary>The maximum of a triple.</summary>
    public static long Maximum(LabNamespace place, string name) =>
        long.Parse(place.ReadSysctl(name).Split(' ')[2], CultureInfo.InvariantCulture);

    public void Dispose() => _site.Dispose();
}
