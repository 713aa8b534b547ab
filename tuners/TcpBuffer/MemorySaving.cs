using BpfTune.Sdk;

namespace BpfTune.Tuners.TcpBuffer;

/// <summary>
/// Saves memory while TCP has run out of it, as far as one namespace's events tell of that: the evidence is that
/// namespace's, and so is what was saved with it and is put back later.
/// </summary>
internal sealed class MemorySaving(Tuner tuner, NetworkNamespace networkNamespace)
{
    private static readonly TimeSpan FirstCheck = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LastCheck = TimeSpan.FromMinutes(2);

    private static readonly Tunable[] Savers =
        [TcpTunables.NoMetricsSave, TcpTunables.NoSlowStartThresholdSave, TcpTunables.HighOrderAllocDisable];

    private readonly List<(Tunable Tunable, NetworkNamespace Namespace, TunableValue Before)> _saving = [];
    private IDisposable? _check;
    private TimeSpan _interval = FirstCheck;
    private long _allocated;

    /// <summary>What is in force now.</summary>
    public IEnumerable<string> Tunables => _saving.Select(s => s.Tunable.Name);

    /// <summary>Memory is used up: so many pages, at these marks.</summary>
    public void Begin(long allocated, TunableValue marks)
    {
        _allocated = allocated;
        var host = tuner.Host;
        var evidence = $"TCP holds {allocated} of {marks[TcpTunables.Maximum]} pages and tcp_mem is at its share of memory";
        foreach (var buffer in (ReadOnlySpan<Tunable>)[TcpTunables.ReceiveBuffer, TcpTunables.SendBuffer])
        {
            if (!host.TryRead(buffer, networkNamespace, out var value))
                continue;
            var lowered = BufferPolicy.Lower(value[TcpTunables.Maximum], value[TcpTunables.Default], 0, host.LearningRate);
            if (lowered < value[TcpTunables.Maximum])
                host.Propose(new Proposal(buffer, networkNamespace, value, value.With(TcpTunables.Maximum, lowered), "tcp_memory_exhausted", evidence));
        }

        foreach (var saver in Savers)
        {
            var scope = saver.Scope == TunableScope.Machine ? host.GlobalNamespace : networkNamespace;
            if (!host.TryRead(saver, scope, out var value) || value[0] != 0)
                continue;
            var proposal = new Proposal(saver, scope, value, TunableValue.Of(1), "tcp_memory_exhausted", evidence);
            if (host.Propose(proposal) == ProposalOutcome.Applied)
                _saving.Add((saver, scope, value));
        }

        if (_saving.Count > 0 && _check is null)
            CheckLater(FirstCheck);
    }

    /// <summary>No more timers.</summary>
    public void Stop() => _check?.Dispose();

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
