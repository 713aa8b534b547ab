using BpfTune.Lab;

namespace BpfTune.Vm.Guest;

/// <summary>A connection that loses too much is to be moved to bbr.</summary>
internal sealed class ConnectionStimulus : Stimulus
{
    private readonly LabSite _site;

    internal ConnectionStimulus()
    {
        _site = Keep(LabSite.Create(new PipeOptions { Rate = 10_000_000, Loss = 0.05, Delay = TimeSpan.FromMilliseconds(10) }, PipeKind.Netem));
        _site.Apply(TcpSettings.Fixed(TcpSettings.GenerousMaximum));
        _site.Sender.WriteSysctl(Tunable, "cubic");
    }

    internal override string Hook => "tcp_conn/connections";

    /// <summary>It stays: connections are moved one by one. (Where bbr is a module, it is allowed to all once it is loaded.)</summary>
    internal override string Tunable => "net.ipv4.tcp_congestion_control";

    internal override LabNamespace Place => _site.Sender;

    internal override string? Provoke(GuestDaemon daemon)
    {
        for (var attempt = 0; attempt < 3; attempt++)
        {
            _site.Transfer(new TcpOptions { Duration = TimeSpan.FromSeconds(2) });
            string? fact = null;
            if (GuestDaemon.Eventually(() => (fact = Fact(daemon)) is not null, 0.5))
                return fact;
        }

        return null;
    }

    private static string? Fact(GuestDaemon daemon) =>
        daemon.Tuner("tcp_conn").Facts.Select(fact => fact.Value).FirstOrDefault(value => value.Contains("switched to bbr", StringComparison.Ordinal));
}
