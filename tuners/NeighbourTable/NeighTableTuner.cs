using BpfTune.Sdk;
using BpfTune.Tuners.NeighbourTable;
using static BpfTune.Tuners.NeighbourTable.NeighTableBpf;

[assembly: TunerExport(typeof(NeighTableTuner))]

namespace BpfTune.Tuners.NeighbourTable;

/// <summary>Tunes the thresholds of the neighbour tables; see bpftune-neigh_table(8).</summary>
internal sealed class NeighTableTuner : Tuner
{
    private readonly TableWatch _ipv4;
    private readonly TableWatch _ipv6;

    public NeighTableTuner()
    {
        _ipv4 = new TableWatch(this, "IPv4", NeighbourTunables.IPv4, "stat/arp_cache", PerNamespace(_ => new DevicePrefixes()));
        _ipv6 = new TableWatch(this, "IPv6", NeighbourTunables.IPv6, "stat/ndisc_cache", PerNamespace(_ => new DevicePrefixes()));
    }

    /// <inheritdoc/>
    public override string Name => "neigh_table";

    /// <inheritdoc/>
    public override string Summary => "sizes of the neighbour tables, IPv4 and IPv6";

    /// <inheritdoc/>
    public override void Declare(TunerDeclaration declaration) => declaration
        .Object(Image)
        .Manages(NeighbourTunables.IPv4.AsSpan())
        .Manages(NeighbourTunables.IPv6.AsSpan())
        .Hook(new Hook(
            "neighbour_created",
            "the thresholds of a neighbour table that fills up are not raised",
            Mechanism.Bpf(ProgramNames.bpftune_neighnew_tb),
            Mechanism.Bpf(ProgramNames.bpftune_neighnew_rt)))
        .Hook(new Hook(
            "neighbour_released",
            "thresholds that were raised are not lowered when the table has emptied",
            Mechanism.Bpf(ProgramNames.bpftune_neighgone_tb),
            Mechanism.Bpf(ProgramNames.bpftune_neighgone_rt)))
        .On<neigh_event>((ushort)neigh_table_event.NEIGH_TABLE_FULL_IPV4, (in e, in record) => _ipv4.OnFull(in e, in record), TunableScope.Machine)
        .On<neigh_event>((ushort)neigh_table_event.NEIGH_TABLE_EMPTY_IPV4, (in e, in record) => _ipv4.OnEmpty(in e, in record), TunableScope.Machine)
        .On<neigh_event>((ushort)neigh_table_event.NEIGH_TABLE_FULL_IPV6, (in e, in record) => _ipv6.OnFull(in e, in record), TunableScope.Machine)
        .On<neigh_event>((ushort)neigh_table_event.NEIGH_TABLE_EMPTY_IPV6, (in e, in record) => _ipv6.OnEmpty(in e, in record), TunableScope.Machine);

    /// <inheritdoc/>
    public override IEnumerable<TunerFact> Facts() => _ipv4.Facts().Concat(_ipv6.Facts());

    /// <inheritdoc/>
    public override void OnNamespaceGone(NamespaceId id)
    {
        base.OnNamespaceGone(id);
        // Its neighbours went with it, and their events found no namespace any more.
        _ipv4.CheckIfRaised();
        _ipv6.CheckIfRaised();
    }

    /// <inheritdoc/>
    public override void OnStopping()
    {
        _ipv4.Stop();
        _ipv6.Stop();
    }
}
