using BpfTune.Sdk;

namespace BpfTune.Tuners.TcpBuffer;

/// <summary>TCP's memory as a whole: raises tcp_mem while the machine has room, saves memory when it has none.</summary>
internal sealed class MemoryWatch(Tuner tuner, ushort kind)
{
    private static readonly TimeSpan AtLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstCheck = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LastCheck = TimeSpan.FromMinutes(2);

    private static readonly Tunable[] Savers =
        [TcpTunables.NoMetricsSave, TcpTunables.NoSlowStartThresholdSave, TcpTunables.HighOrderAllocDisable];

    private readonly List<(Tunable Tunable, NetworkNamespace Namespace, TunableValue Before)> _saving = [];
    private IDisposable? _check;
    private TimeSpan _interval = FirstCheck;
    private long _allocated;

    /// <summary>An event: TCP holds so many pages.</summary>
    public void On(in TunerEvent e, long allocated)
    {
        _allocated = allocated;
        var host = tuner.Host;
        if (!host.TryRead(TcpTunables.Memory, host.GlobalNamespace, out var marks))
        {
            // The daemon lives in a container: the marks are out of its reach.
            host.Mute(e.Namespace, kind, ProposalFollowUp.WhenRefused);
            return;
        }

        if (!host.LearningRate.IsNear(allocated, marks[TcpTunables.Pressure]))
            return;

        var free = BufferMemory.FreeBufferPages();
        var exhausted = MemoryMarks.IsExhausted(allocated, marks, free, host.LearningRate);
        var raised = MemoryMarks.Raise(marks, free, host.LearningRate);
        if (!raised.Equals(marks))
        {
            var outcome = host.Propose(new Proposal(
                TcpTunables.Memory, host.GlobalNamespace, marks, raised, "tcp_memory_near_pressure",
                $"TCP holds {allocated} pages, pressure mark {marks[TcpTunables.Pressure]}, max {marks[TcpTunables.Maximum]}"));
            host.Settle(in e, outcome);
            if (!exhausted)
                return;
        }

        host.Mute(e.Namespace, kind, AtLimit);
        if (exhausted)
            Save(e.Namespace, allocated, marks);
    }

    /// <summary>What is in force now, for status.</summary>
    public IEnumerable<TunerFact> Facts()
    {
        if (_allocated > 0)
            yield return new TunerFact("TCP memory when it was last near its marks", $"{_allocated} pages");
        if (_saving.Count > 0)
            yield return new TunerFact("saving memory with", string.Join(", ", _saving.Select(s => s.Tunable.Name)));
    }

    /// <summary>No more timers.</summary>
    public void Stop() => _check?.Dispose();

    private void Save(NetworkNamespace where, long allocated, TunableValue marks)
    {
        var host = tuner.Host;
        var evidence = $"TCP holds {allocated} of {marks[TcpTunables.Maximum]} pages and tcp_mem is at its share of memory";
        foreach (var buffer in (ReadOnlySpan<Tunable>)[TcpTunables.ReceiveBuffer, TcpTunables.SendBuffer])
        {
            if (!host.TryRead(buffer, where, out var value))
                continue;
            var lowered = BufferPolicy.Lower(value[TcpTunables.Maximum], value[TcpTunables.Default], 0, host.LearningRate);
            if (lowered < value[TcpTunables.Maximum])
                host.Propose(new Proposal(buffer, where, value, value.With(TcpTunables.Maximum, lowered), "tcp_memory_exhausted", evidence));
        }

        foreach (var saver in Savers)
        {
            var scope = saver.Scope == TunableScope.Machine ? host.GlobalNamespace : where;
            if (!host.TryRead(saver, scope, out var value) || value[0] != 0)
                continue;
            var proposal = new Proposal(saver, scope, value, TunableValue.Of(1), "tcp_memory_exhausted", evidence);
            if (host.Propose(proposal) == ProposalOutcome.Applied)
                _saving.Add((saver, scope, value));
        }

        if (_saving.Count > 0 && _check is null)
            CheckLater(FirstCheck);
    }

    private void CheckLater(TimeSpan interval)
    {
        _interval = interval;
        _check = tuner.Host.After(interval, Check);
    }

    private void Check()
    {
        _check = null;
        var host = tuner.Host;
        if (host.ReadProcNet(host.GlobalNamespace, "sockstat") is { } text && SocketStatistics.Read(text, "TCP", "mem") is { } pages)
            _allocated = pages;
        if (!host.TryRead(TcpTunables.Memory, host.GlobalNamespace, out var marks)
            || !MemoryMarks.HasEased(_allocated, marks, host.LearningRate))
        {
            CheckLater(_interval * 2 < LastCheck ? _interval * 2 : LastCheck);
            return;
        }

        var evidence = $"TCP holds {_allocated} pages, pressure mark {marks[TcpTunables.Pressure]}";
        // What the policy finds too soon to take back is tried again.
        _saving.RemoveAll(saved =>
            !host.TryRead(saved.Tunable, saved.Namespace, out var value) || value[0] != 1
            || host.Propose(new Proposal(saved.Tunable, saved.Namespace, value, saved.Before, "tcp_memory_eased", evidence))
                != ProposalOutcome.CoolingDown);
        if (_saving.Count > 0)
            CheckLater(_interval);
    }
}
