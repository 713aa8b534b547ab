using System.Globalization;
using BpfTune.Sdk;

namespace BpfTune.Tuners.NetBuffer;

/// <summary>
/// The counters of /proc/net/softnet_stat: read when a program saw a drop or a full poll, and then once a second for as
/// long as they grow and something can be done about it. The counters are the machine's, and tenants' packets are in
/// them: where there are tenants, no more of them counts than was seen by events of the machine's own namespaces.
/// </summary>
internal sealed class SoftnetWatch(Tuner tuner, Func<string?> readSchedstat)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    private readonly Dictionary<int, CpuCounters> _last = [];
    private readonly HashSet<int> _dropping = [];
    private readonly MinuteCount _dropped = new(() => tuner.Host.Time);
    private readonly MinuteCount _squeezed = new(() => tuner.Host.Time);
    private readonly OwnShare _ownDropped = new(() => tuner.Host.Time);
    private readonly OwnShare _ownSqueezed = new(() => tuner.Host.Time);
    private readonly BudgetWatch _budget = new(tuner, readSchedstat);
    private IDisposable? _timer;
    private long _allDropped;
    private long _allSqueezed;

    /// <summary>Takes what the counters have now for the beginning.</summary>
    public void Begin()
    {
        foreach (var cpu in Read())
            _last[cpu.Cpu] = cpu;
    }

    /// <summary>Reads the counters and decides. False when nothing can be done about what they show.</summary>
    /// <param name="drops">Packets that the event says were dropped, and</param>
    /// <param name="polls">polls that used all of their budget, in the machine's own namespaces.</param>
    public bool Look(long drops, long polls)
    {
        _ownDropped.See(drops);
        _ownSqueezed.See(polls);
        return _timer is not null || Look();
    }

    private bool Look()
    {
        long dropped = 0, squeezed = 0;
        foreach (var cpu in Read())
        {
            // A CPU that has come online only now began at 0 when the machine did: that is no news.
            var step = _last.TryGetValue(cpu.Cpu, out var last) ? cpu.Since(last) : default;
            _last[cpu.Cpu] = cpu;
            dropped += step.DroppedForRoom;
            squeezed += step.Squeezed;
            if (step.DroppedForRoom > 0)
                _dropping.Add(cpu.Cpu);
        }

        dropped = _ownDropped.Take(dropped, tuner.Host.HasTenants);
        squeezed = _ownSqueezed.Take(squeezed, tuner.Host.HasTenants);
        _dropped.Add(dropped);
        _squeezed.Add(squeezed);
        _allDropped += dropped;
        _allSqueezed += squeezed;
        if (dropped == 0 && squeezed == 0)
            return true;

        var isBacklogOpen = dropped == 0 || ActOnBacklog();
        var isBudgetOpen = squeezed == 0 || _budget.Act(_squeezed);
        if (!isBacklogOpen || !isBudgetOpen)
            return false;
        _timer = tuner.Host.After(Again, () =>
        {
            _timer = null;
            Look();
        });
        return true;
    }

    /// <summary>What was seen, for status.</summary>
    public IEnumerable<TunerFact> Facts()
    {
        if (_allDropped > 0)
            yield return new TunerFact("packets dropped at full backlogs", _allDropped.ToString(CultureInfo.InvariantCulture));
        if (_allSqueezed > 0)
            yield return new TunerFact("rounds of polling cut short", _allSqueezed.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>No more timers.</summary>
    public void Stop() => _timer?.Dispose();

    private IReadOnlyList<CpuCounters> Read() =>
        tuner.Host.ReadProcNet(tuner.Host.GlobalNamespace, "softnet_stat") is { } text ? CpuCounters.Parse(text) : [];

    /// <summary>False when the backlog cannot be longer.</summary>
    private bool ActOnBacklog()
    {
        var host = tuner.Host;
        if (!host.TryRead(NetTunables.Backlog, host.GlobalNamespace, out var backlog))
            return false;
        if (!NetPolicy.IsBacklogShort(_dropped.Total, backlog[0]))
            return true;

        var cpus = string.Join(", ", _dropping.Order());
        var evidence = $"{(_dropped.Total == 1 ? "1 packet" : $"{_dropped.Total} packets")} dropped within a minute at a backlog of {backlog[0]}, on CPU {cpus}";
        LimitFlows(evidence);
        _dropped.Clear();
        _dropping.Clear();
        var next = host.LearningRate.Raise(backlog[0], NetPolicy.MostBacklog);
        if (next == backlog[0])
            return false;
        var outcome = host.Propose(new Proposal(
            NetTunables.Backlog, host.GlobalNamespace, backlog, TunableValue.Of(next), "backlog_full", evidence));
        return outcome != ProposalOutcome.Unchanged && !outcome.IsRefused();
    }

    private void LimitFlows(string evidence)
    {
        var host = tuner.Host;
        // Absent where the kernel was built without flow limits.
        if (!host.TryRead(NetTunables.FlowLimit, host.GlobalNamespace, out var mask)
            || CpuMask.Add(mask.Text, _dropping) is not { } wider || wider == mask.Text)
        {
            return;
        }

        host.Propose(new Proposal(
            NetTunables.FlowLimit, host.GlobalNamespace, mask, TunableValue.Parse(wider), "backlog_full", evidence));
    }
}
