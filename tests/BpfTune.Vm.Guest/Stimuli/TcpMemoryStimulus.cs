using BpfTune.Lab;

namespace BpfTune.Vm.Guest;

/// <summary>Several connections with generous buffers, and next to no memory for all of TCP.</summary>
internal sealed class TcpMemoryStimulus : Stimulus
{
    private readonly string _hook;
    private readonly LabSite _site;

    internal TcpMemoryStimulus(string hook)
    {
        _hook = hook;
        _site = Keep(LabSite.Create(new PipeOptions { Rate = 20_000_000 }, PipeKind.Netem));
        _site.Apply(TcpSettings.Fixed(TcpSettings.GenerousMaximum));
        Set("net.ipv4.tcp_mem", "48 64 96");
    }

    internal override string Hook => "tcp_buffer/" + _hook;

    internal override string Tunable => "net.ipv4.tcp_mem";

    internal override string? Provoke(GuestDaemon daemon) => UntilChanged(
        daemon, 4, () => _site.Transfer(new TcpOptions { Duration = TimeSpan.FromSeconds(1), Connections = 8, Congestion = "cubic" }));
}
