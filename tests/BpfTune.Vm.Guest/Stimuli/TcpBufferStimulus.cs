using BpfTune.Lab;

namespace BpfTune.Vm.Guest;

/// <summary>One TCP connection over a long pipe, whose receiver or whose sender has too small a maximum.</summary>
internal sealed class TcpBufferStimulus : Stimulus
{
    internal const string LowReceive = "4096 65536 65536";
    internal const string LowSend = "4096 16384 65536";

    private readonly bool _receives;
    private readonly LabSite _site;

    internal TcpBufferStimulus(bool receives)
    {
        _receives = receives;
        _site = Keep(LabSite.Create(new PipeOptions { Rate = 20_000_000 }, PipeKind.Netem));
        var generous = TcpSettings.Fixed(TcpSettings.GenerousMaximum);
        (receives ? generous with { ReceiveMemory = LowReceive } : generous).ApplyTo(_site.Receiver);
        (receives ? generous : generous with { SendMemory = LowSend }).ApplyTo(_site.Sender);
    }

    internal override string Hook => _receives ? "tcp_buffer/receive_buffer" : "tcp_buffer/send_buffer";

    internal override string Tunable => _receives ? "net.ipv4.tcp_rmem" : "net.ipv4.tcp_wmem";

    internal override LabNamespace Place => _receives ? _site.Receiver : _site.Sender;

    internal override string? Provoke(GuestDaemon daemon) => UntilChanged(
        daemon, 4, () => _site.Transfer(new TcpOptions { Duration = TimeSpan.FromSeconds(1), Congestion = "cubic" }));
}
