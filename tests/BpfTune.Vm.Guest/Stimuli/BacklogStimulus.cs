using System.Net;
using BpfTune.Lab;

namespace BpfTune.Vm.Guest;

/// <summary>Small packets that one processor hands to another faster than that takes them; or polls that are cut short.</summary>
internal sealed class BacklogStimulus : Stimulus
{
    private readonly bool _drops;
    private readonly LabNamespace _place;

    internal BacklogStimulus(bool drops)
    {
        _drops = drops;
        _place = Keep(LabNamespace.Create("net"));
        // Receive packet steering, flow by flow.
        _place.Exec("sh", "-c", "echo 3 > /sys/class/net/lo/queues/rx-0/rps_cpus").OrThrow();
        if (drops)
        {
            Set("net.core.netdev_max_backlog", "32");
            Set("net.core.flow_limit_cpu_bitmap", "0");
        }
        else
        {
            Set("net.core.netdev_budget", "2");
            Set("net.core.netdev_budget_usecs", "8000");
        }
    }

    internal override string Hook => _drops ? "net_buffer/backlog_drops" : "net_buffer/polling";

    internal override string Tunable => _drops ? "net.core.netdev_max_backlog" : "net.core.netdev_budget";

    internal override string? Provoke(GuestDaemon daemon) => UntilChanged(
        daemon, 8, () => Parallel.For(0, 3, new ParallelOptions { MaxDegreeOfParallelism = 3 }, _ => UdpStream.Run(_place, _place, new UdpOptions
        {
            Duration = TimeSpan.FromSeconds(0.7), Rate = 0, Size = 18, Reads = false, Receiver = IPAddress.Loopback,
        })));
}
