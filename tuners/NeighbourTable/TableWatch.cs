using System.Collections.Immutable;
using BpfTune.Sdk;
using static BpfTune.Tuners.NeighbourTable.NeighTableBpf;

namespace BpfTune.Tuners.NeighbourTable;

/// <summary>One family's table: raises its thresholds when it fills up, takes them back step by step when it has emptied.</summary>
internal sealed class TableWatch(
    Tuner tuner, string family, ImmutableArray<Tunable> tunables, string statistics, NamespaceMap<DevicePrefixes> prefixes)
{
    private static readonly TimeSpan AtCeiling = TimeSpan.FromSeconds(5);

    /// <summary>A table that was flushed fills up again at once if it was in use.</summary>
    private static readonly TimeSpan BeforeLowering = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan BetweenSteps = TimeSpan.FromSeconds(10);

    private TunableValue? _found;
    private TunableValue? _left;
    private IDisposable? _check;
    private long _entries;
    private long _ceiling;

    /// <summary>A neighbour was wanted, and the table is full or nearly so.</summary>
    public void OnFull(in TunerEvent e, in neigh_event record)
    {
        var host = tuner.Host;
        _entries = record.entries;
        prefixes[e.Namespace].Set(record.ifindex, record.addresses);
        if (Read() is not { } thresholds)
        {
            // The daemon lives in a container: the thresholds are out of its reach.
            host.Mute(e.Namespace, e.Header.Kind, ProposalFollowUp.WhenRefused);
            return;
        }

        // Raised since the event was sent, it may have room now.
        if (!host.LearningRate.IsNear(record.entries, thresholds[ThresholdPolicy.Limit]))
            return;

        var addresses = prefixes.Values.Sum(p => p.Sum);
        _ceiling = ThresholdPolicy.Ceiling(
            addresses, host.AvailablePages, Environment.SystemPageSize);
        var raised = ThresholdPolicy.Raise(thresholds, record.entries, _ceiling, host.LearningRate);
        if (raised.Equals(thresholds))
        {
            host.Mute(e.Namespace, e.Header.Kind, AtCeiling);
            return;
        }

        var outcome = Propose(
            thresholds, raised,
            record.entries >= thresholds[ThresholdPolicy.Limit] ? "neighbour_table_full" : "neighbour_table_near_full",
            $"{record.entries} {family} neighbours of at most {thresholds[ThresholdPolicy.Limit]}, "
                + $"the devices' prefixes hold {addresses} addresses");
        host.Settle(in e, outcome);
    }

    /// <summary>A neighbour was let go, and the table is nearly empty.</summary>
    public void OnEmpty(in TunerEvent e, in neigh_event record)
    {
        _entries = record.entries;
        var lowers = CheckIfRaised();
        tuner.Host.Mute(e.Namespace, e.Header.Kind, lowers ? BeforeLowering : ProposalFollowUp.WhenRefused);
    }

    /// <summary>Looks later whether the table is nearly empty, if the tuner has raised its thresholds.</summary>
    public bool CheckIfRaised()
    {
        if (_check is not null)
            return true;
        if (_left is null || Lowered(_left).Equals(_left))
            return false;
        _check = tuner.Host.After(BeforeLowering, Check);
        return true;
    }

    /// <summary>For status.</summary>
    public IEnumerable<TunerFact> Facts()
    {
        if (_ceiling > 0)
            yield return new TunerFact($"{family} neighbours when last looked at", $"{_entries} entries, gc_thresh3 may rise to {_ceiling}");
        if (_check is not null)
            yield return new TunerFact($"{family} neighbour table", "nearly empty, its thresholds are being lowered");
    }

    /// <summary>No more timers.</summary>
    public void Stop() => _check?.Dispose();

    private void Check()
    {
        _check = null;
        var host = tuner.Host;
        // Another event says so when it has emptied again.
        if (host.ReadProcNet(host.GlobalNamespace, statistics) is not { } text
            || NeighbourStatistics.Entries(text) is not { } entries
            || Read() is not { } thresholds
            || !ThresholdPolicy.IsNearlyEmpty(entries, thresholds, host.LearningRate))
            return;

        _entries = entries;
        var lowered = Lowered(thresholds);
        if (lowered.Equals(thresholds))
            return;
        var outcome = Propose(
            thresholds, lowered, "neighbour_table_nearly_empty",
            $"{entries} {family} neighbours of at most {thresholds[ThresholdPolicy.Limit]}");
        if (!outcome.IsRefused())
            _check = host.After(BetweenSteps, Check);
    }

    private TunableValue Lowered(TunableValue thresholds) =>
        ThresholdPolicy.Lower(thresholds, ThresholdPolicy.Floor(_found!), tuner.Host.LearningRate);

    /// <summary>The thresholds now; null when this kernel has none for the family (IPv6 may be off) or they are out of reach.</summary>
    private TunableValue? Read()
    {
        Span<long> members = stackalloc long[tunables.Length];
        for (var i = 0; i < members.Length; i++)
        {
            if (!tuner.Host.TryRead(tunables[i], tuner.Host.GlobalNamespace, out var value))
                return null;
            members[i] = value[0];
        }

        var thresholds = TunableValue.Of(members);
        // Set by somebody else: that is what to go back to from now on.
        if (!thresholds.Equals(_left))
            _found = _left = thresholds;
        return thresholds;
    }

    private ProposalOutcome Propose(TunableValue old, TunableValue wanted, string scenario, string evidence)
    {
        var host = tuner.Host;
        var outcome = ProposalOutcome.Unchanged;
        var raises = wanted[ThresholdPolicy.Limit] > old[ThresholdPolicy.Limit];
        for (var i = 0; i < tunables.Length; i++)
        {
            // The one that lets neighbours in goes first upwards, last downwards: no threshold is above the next one.
            var member = raises ? tunables.Length - 1 - i : i;
            if (wanted[member] == old[member])
                continue;
            outcome = host.Propose(new Proposal(
                tunables[member], host.GlobalNamespace,
                TunableValue.Of(old[member]), TunableValue.Of(wanted[member]), scenario, evidence));
            if (outcome != ProposalOutcome.Applied)
                break;
            _left = _left!.With(member, wanted[member]);
        }

        return outcome;
    }
}
