using System.Net;
using BpfTune.Lab;

namespace BpfTune.Vm.Guest;

/// <summary>Datagrams for a socket that does not read them, with a small buffer or with next to no memory for all of UDP.</summary>
internal sealed class UdpStimulus : Stimulus
{
    private readonly bool _memory;
    private readonly LabNamespace _place;

    internal UdpStimulus(bool memory)
    {
        _memory = memory;
        _place = Keep(LabNamespace.Create("udp"));
        if (memory)
        {
            Set("net.ipv4.udp_mem", "16 24 32");
            Set("net.core.rmem_max", "16777216");
        }
        else
        {
            Set("net.core.rmem_default", "16384");
        }
    }

    internal override string Hook => _memory ? "udp_buffer/memory_exceeded" : "udp_buffer/receive_buffer_full";

    internal override string Tunable => _memory ? "net.ipv4.udp_mem" : "net.core.rmem_default";

    internal override string? Provoke(GuestDaemon daemon) => _memory
        // The kernel reckons in batches of 1 MiB for each CPU: less than that does not show.
        ? UntilChanged(daemon, 4, () => Stream(new UdpOptions
        {
            Duration = TimeSpan.FromSeconds(1), Rate = 0, Size = 8000, Reads = false, ReceiveBuffer = 8 << 20,
        }))
        : UntilChanged(daemon, 6, () => Stream(new UdpOptions
        {
            Duration = TimeSpan.FromMilliseconds(200), Rate = 1000, Reads = false,
        }));

    private void Stream(UdpOptions options) => UdpStream.Run(_place, _place, options with { Receiver = IPAddress.Loopback });
}
