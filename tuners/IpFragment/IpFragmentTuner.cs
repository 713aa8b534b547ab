using BpfTune.Sdk;
using BpfTune.Tuners.IpFragment;
using static BpfTune.Tuners.IpFragment.IpFragBpf;

[assembly: TunerExport(typeof(IpFragmentTuner))]

namespace BpfTune.Tuners.IpFragment;

/// <summary>Tunes the memory for the reassembly of fragments; see bpftune-ip_frag(8).</summary>
internal sealed class IpFragmentTuner : Tuner
{
    private readonly NamespaceMap<FragmentWatch> _ipv4;
    private readonly NamespaceMap<FragmentWatch> _ipv6;

    public IpFragmentTuner()
    {
        _ipv4 = PerNamespace(_ => new FragmentWatch(this, isIPv6: false, All));
        _ipv6 = PerNamespace(_ => new FragmentWatch(this, isIPv6: true, All));
    }

    /// <inheritdoc/>
    public override string Name => "ip_frag";

    /// <inheritdoc/>
    public override string Summary => "memory for the reassembly of IP fragments";

    /// <inheritdoc/>
    public override void Declare(TunerDeclaration declaration) => declaration
        .Object(Image)
        .Manages(FragmentTunables.IPv4, FragmentTunables.IPv6)
        .Hook(new Hook(
            "ipv4_fragments",
            "ipfrag_high_thresh is not raised",
            Mechanism.Bpf(ProgramNames.bpftune_defrag4_fe),
            Mechanism.Bpf(ProgramNames.bpftune_defrag4_kp),
            Mechanism.Bpf(ProgramNames.bpftune_fragdrop_tb),
            Mechanism.Bpf(ProgramNames.bpftune_fragdrop_rt)))
        .Hook(new Hook(
            "ipv6_fragments",
            "ip6frag_high_thresh is not raised",
            Mechanism.Bpf(ProgramNames.bpftune_defrag6_fe),
            Mechanism.Bpf(ProgramNames.bpftune_defrag6_kp),
            Mechanism.Bpf(ProgramNames.bpftune_fragdrop_tb),
            Mechanism.Bpf(ProgramNames.bpftune_fragdrop_rt)))
        .On<frag_event>((ushort)ip_frag_event.IP_FRAG_V4, OnIPv4)
        .On<frag_event>((ushort)ip_frag_event.IP_FRAG_V6, OnIPv6);

    /// <inheritdoc/>
    public override IEnumerable<TunerFact> Facts() =>
        [.. All().SelectMany(w => w.Facts())];

    private IEnumerable<FragmentWatch> All() => _ipv4.Values.Concat(_ipv6.Values);

    private void OnIPv4(in TunerEvent e, in frag_event record) => _ipv4[e.Namespace].On(in e, record.memory);

    private void OnIPv6(in TunerEvent e, in frag_event record) => _ipv6[e.Namespace].On(in e, record.memory);
}
