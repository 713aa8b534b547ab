using BpfTune.Sdk;
using BpfTune.Tuners.RouteTable;
using static BpfTune.Tuners.RouteTable.RouteTableBpf;

[assembly: TunerExport(typeof(RouteTableTuner))]

namespace BpfTune.Tuners.RouteTable;

/// <summary>Tunes the size of the IPv6 route cache where the kernel limits it; see bpftune-route_table(8).</summary>
internal sealed class RouteTableTuner : Tuner
{
    /// <summary>Kernel commit af6d10345ca7 ('ipv6: remove max_size check inline with ipv4').</summary>
    private static readonly Version WithoutLimit = new(6, 3);

    private static readonly TimeSpan AtCeiling = TimeSpan.FromSeconds(5);

    private static readonly Tunable Size = new(
        "net.ipv6.route.max_size", TunableScope.Namespace, TunableUnit.Count, "IPv6 routes in the cache at the most")
    {
        Bounds = [new ValueRange(0, RoutePolicy.MostEntries)],
        BytesPerUnit = RoutePolicy.EntrySize,
    };

    /// <inheritdoc/>
    public override string Name => "route_table";

    /// <inheritdoc/>
    public override string Summary => "size of the IPv6 route cache";

    /// <inheritdoc/>
    public override string? NotNeededBecause(KernelFacts kernel) => kernel.Version >= WithoutLimit
        ? "since Linux 6.3 the IPv6 route cache has no limit"
        : null;

    /// <inheritdoc/>
    public override void Declare(TunerDeclaration declaration) => declaration
        .Object(Image)
        .Manages(Size)
        .Hook(new Hook(
            "route_cache",
            "net.ipv6.route.max_size is not raised",
            Mechanism.Bpf(ProgramNames.bpftune_rt6gc_fe),
            Mechanism.Bpf(ProgramNames.bpftune_rt6gc_kp),
            Mechanism.Bpf(ProgramNames.bpftune_rt6look_tb),
            Mechanism.Bpf(ProgramNames.bpftune_rt6look_rt)))
        .On<route_event>((ushort)route_table_event.ROUTE_TABLE_FULL, OnFull);

    private void OnFull(in TunerEvent e, in route_event record)
    {
        if (!Host.TryRead(Size, e.Namespace, out var value))
        {
            // A container's own user namespace: the kernel shows it no such limit.
            Host.Mute(e.Namespace, e.Header.Kind, ProposalFollowUp.WhenRefused);
            return;
        }

        // Raised since the event was sent, it may have room now.
        if (!Host.LearningRate.IsNear(record.entries, value[0]))
            return;

        var ceiling = RoutePolicy.Ceiling(Host.AvailablePages, Environment.SystemPageSize);
        var raised = Host.LearningRate.RaiseUntilRoom(value[0], record.entries, ceiling);
        if (raised == value[0])
        {
            Host.Mute(e.Namespace, e.Header.Kind, AtCeiling);
            return;
        }

        Host.Settle(in e, Host.Propose(new Proposal(
            Size, e.Namespace, value, TunableValue.Of(raised),
            record.entries >= value[0] ? "route_cache_full" : "route_cache_near_full",
            $"{record.entries} IPv6 routes of at most {value[0]}")));
    }
}
