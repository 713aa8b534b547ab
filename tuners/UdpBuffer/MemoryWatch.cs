using BpfTune.Sdk;
using static BpfTune.Tuners.UdpBuffer.UdpBufferBpf;

namespace BpfTune.Tuners.UdpBuffer;

/// <summary>UDP's memory as a whole: raises udp_mem while the machine has room.</summary>
internal sealed class MemoryWatch(Tuner tuner)
{
    private static readonly TimeSpan AtLimit = TimeSpan.FromSeconds(5);

    private long _allocated;

    /// <summary>An event: UDP holds, or wants to hold, so many pages.</summary>
    public void On(in TunerEvent e, in udp_memory record)
    {
        _allocated = record.allocated;
        var host = tuner.Host;
        if (!host.TryRead(UdpTunables.Memory, host.GlobalNamespace, out var marks))
        {
            // The daemon lives in a container: the marks are out of its reach.
            host.Mute(e.Namespace, e.Header.Kind, ProposalFollowUp.WhenRefused);
            return;
        }

        // A memory cgroup may have refused it: then udp_mem is not to blame.
        if (!host.LearningRate.IsNear(_allocated, marks[MemoryMarks.Pressure]))
            return;

        var free = host.AvailablePages;
        var raised = MemoryMarks.Raise(marks, free, host.LearningRate);
        if (raised.Equals(marks))
        {
            host.Mute(e.Namespace, e.Header.Kind, AtLimit);
            return;
        }

        var outcome = host.Propose(new Proposal(
            UdpTunables.Memory, host.GlobalNamespace, marks, raised, "udp_memory_exceeded",
            $"UDP wants {_allocated} pages, pressure mark {marks[MemoryMarks.Pressure]}, max {marks[MemoryMarks.Maximum]}"));
        host.Settle(in e, outcome);
    }

    /// <summary>What was seen, for status.</summary>
    public IEnumerable<TunerFact> Facts()
    {
        if (_allocated > 0)
            yield return new TunerFact("UDP memory when it was last refused", $"{_allocated} pages");
    }
}
