using BpfTune.Sdk;

namespace BpfTune.Tuners.TcpBuffer;

/// <summary>TCP's memory as a whole: raises tcp_mem while the machine has room, saves memory when it has none.</summary>
internal sealed class MemoryWatch(Tuner tuner, ushort kind, NamespaceMap<MemorySaving> saving)
{
    private static readonly TimeSpan AtLimit = TimeSpan.FromSeconds(5);
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

        var free = host.AvailablePages;
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
            saving[e.Namespace].Begin(allocated, marks);
    }

    /// <summary>What is in force now, for status.</summary>
    public IEnumerable<TunerFact> Facts()
    {
        if (_allocated > 0)
            yield return new TunerFact("TCP memory when it was last near its marks", $"{_allocated} pages");
        var names = saving.Values.SelectMany(s => s.Tunables).Distinct().ToArray();
        if (names.Length > 0)
            yield return new TunerFact("saving memory with", string.Join(", ", names));
    }
}
