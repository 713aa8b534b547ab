using BpfTune.LibBpf;
using BpfTune.Sdk;
using BpfTune.Tuners.NetBuffer;
using static BpfTune.Tuners.NetBuffer.NetBufferBpf;

[assembly: TunerExport(typeof(NetBufferTuner))]

namespace BpfTune.Tuners.NetBuffer;

/// <summary>Tunes how received packets wait for a CPU and how many it takes at a time; see bpftune-net_buffer(8).</summary>
internal sealed class NetBufferTuner : Tuner
{
    private const string Schedstat = "/proc/schedstat";

    private static readonly TimeSpan Useless = TimeSpan.FromSeconds(30);

    private readonly SoftnetWatch _watch;

    public NetBufferTuner()
        : this(() => File.Exists(Schedstat) ? File.ReadAllText(Schedstat) : null)
    {
    }

    internal NetBufferTuner(Func<string?> readSchedstat) => _watch = new SoftnetWatch(this, readSchedstat);

    /// <inheritdoc/>
    public override string Name => "net_buffer";

    /// <inheritdoc/>
    public override string Summary => "backlog of received packets, budget for polling";

    /// <inheritdoc/>
    public override void Declare(TunerDeclaration declaration) => declaration
        .Object(Image)
        .Manages(NetTunables.Backlog, NetTunables.FlowLimit, NetTunables.Budget, NetTunables.BudgetTime)
        .Hook(new Hook(
            "backlog_drops",
            "netdev_max_backlog and flow_limit_cpu_bitmap are not tuned",
            Mechanism.Bpf(ProgramNames.bpftune_backlog_tb),
            Mechanism.Bpf(ProgramNames.bpftune_backlog_rt),
            Mechanism.Bpf(ProgramNames.bpftune_enqueue_fx),
            Mechanism.Bpf(ProgramNames.bpftune_enqueue_kr),
            Mechanism.ProcCounter("dropped in /proc/net/softnet_stat", ProgramNames.bpftune_anydrop_rt)))
        .Hook(new Hook(
            "polling",
            "netdev_budget and netdev_budget_usecs are not tuned",
            Mechanism.ProcCounter("time_squeeze in /proc/net/softnet_stat", ProgramNames.bpftune_poll_tb),
            Mechanism.ProcCounter("time_squeeze in /proc/net/softnet_stat", ProgramNames.bpftune_poll_rt)))
        .On<net_event>((ushort)net_buffer_event.NET_BUFFER_BACKLOG, OnBacklog, TunableScope.Machine)
        .On<net_event>((ushort)net_buffer_event.NET_BUFFER_POLL, OnPoll, TunableScope.Machine);

    /// <inheritdoc/>
    public override IEnumerable<TunerFact> Facts() => _watch.Facts();

    /// <inheritdoc/>
    protected override void OnStarted(BpfLoadedObject? bpf) => _watch.Begin();

    /// <inheritdoc/>
    public override void OnStopping() => _watch.Stop();

    private void OnBacklog(in TunerEvent e, in net_event record) => Look(in e, 1L + e.Header.Suppressed, 0);

    private void OnPoll(in TunerEvent e, in net_event record) => Look(in e, 0, 1L + e.Header.Suppressed);

    private void Look(in TunerEvent e, long drops, long polls)
    {
        // A longer backlog or a larger budget takes time from everybody: never for a tenant, whatever the settings.
        if (e.Namespace.IsTenant || !_watch.Look(drops, polls))
            Host.Mute(e.Namespace, e.Header.Kind, Useless);
    }
}
