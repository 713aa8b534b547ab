using System.Globalization;
using System.Net;
using BpfTune.Lab;

namespace BpfTune.Vm.Guest;

/// <summary>Datagrams in fragments, a quarter of which lose their second one, and little memory for those that wait.</summary>
internal sealed class FragmentStimulus : Stimulus
{
    private const long Low = 131_072;

    private readonly bool _ipv6;
    private readonly LabNamespace _place;

    internal FragmentStimulus(bool ipv6)
    {
        _ipv6 = ipv6;
        _place = Keep(LabNamespace.Create("frag"));
        _place.Ip("link", "set", "lo", "mtu", "1500");
        foreach (var (suffix, value) in (ReadOnlySpan<(string, long)>)[("low_thresh", Low / 2), ("high_thresh", Low), ("time", 1)])
            _place.WriteSysctl(Prefix + suffix, value.ToString(CultureInfo.InvariantCulture));

        // Before connection tracking's own reassembly. Offsets count 8 bytes: 1480 and 1448 bytes of payload.
        var table = ipv6 ? "ip6" : "ip";
        var second = ipv6 ? "frag frag-off 181" : "ip frag-off & 0x1fff == 185";
        Nft($"add table {table} t");
        Nft($"add chain {table} t pre {{ type filter hook prerouting priority -450 ; }}");
        Nft($"add rule {table} t pre {second} numgen inc mod 4 == 0 drop");
    }

    internal override string Hook => _ipv6 ? "ip_frag/ipv6_fragments" : "ip_frag/ipv4_fragments";

    private string Prefix => _ipv6 ? "net.ipv6.ip6frag_" : "net.ipv4.ipfrag_";

    internal override string Tunable => Prefix + "high_thresh";

    internal override LabNamespace Place => _place;

    internal override string? Provoke(GuestDaemon daemon) => UntilChanged(
        daemon, 12, () => UdpStream.Run(_place, _place, new UdpOptions
        {
            Duration = TimeSpan.FromSeconds(2), Rate = 60, Size = 8000, IPv6 = _ipv6,
            Receiver = _ipv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback,
        }));

    private void Nft(string command) => _place.Exec("nft", command).OrThrow();
}
