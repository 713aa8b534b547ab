namespace BpfTune.Vm.Guest;

/// <summary>Stimuli that may share a machine and a daemon: what one sets does not disturb another.</summary>
/// <param name="Name">For the report of times.</param>
/// <param name="Tuners">Those to load.</param>
/// <param name="Stimuli">Makes them; hooks that lead to the same change must not be in use at the same time.</param>
/// <param name="Exclusive">Hooks, as 'tuner/hook', of which only one may be in use at a time.</param>
internal sealed record MatrixGroup(string Name, IReadOnlyList<string> Tuners, IReadOnlyList<Func<Stimulus>> Stimuli, IReadOnlyList<string> Exclusive)
{
    internal static IReadOnlyList<MatrixGroup> All { get; } =
    [
        new(
            "namespaces_tuned",
            ["ip_frag", "neigh_table", "route_table", "tcp_buffer", "tcp_conn", "udp_buffer"],
            [
                () => new TcpBufferStimulus(receives: true), () => new TcpBufferStimulus(receives: false), () => new SynStimulus(),
                () => new FragmentStimulus(ipv6: false), () => new FragmentStimulus(ipv6: true),
                () => new NeighbourStimulus(creates: true), () => new NeighbourStimulus(creates: false),
                () => new UdpStimulus(memory: false), () => new RouteStimulus(), () => new ConnectionStimulus(),
            ],
            []),
        new(
            "machine_tuned",
            ["net_buffer", "tcp_buffer", "udp_buffer"],
            [
                () => new TcpMemoryStimulus("memory_pressure"), () => new TcpMemoryStimulus("memory_exceeded"), () => new UdpStimulus(memory: true),
                () => new BacklogStimulus(drops: true), () => new BacklogStimulus(drops: false),
            ],
            ["tcp_buffer/memory_pressure", "tcp_buffer/memory_exceeded"]),
    ];
}
