using System.Globalization;
using BpfTune.Sdk;
using static BpfTune.Tuners.UdpBuffer.UdpBufferBpf;

namespace BpfTune.Tuners.UdpBuffer;

/// <summary>The receive buffers of one namespace that have the default size, or those whose size programs set.</summary>
internal sealed class BufferWatch(Tuner tuner, bool isLocked)
{
    private static readonly TimeSpan AtCeiling = TimeSpan.FromSeconds(5);

    private readonly Tunable _tunable = isLocked ? UdpTunables.ReceiveMaximum : UdpTunables.ReceiveDefault;
    private NetworkNamespace? _namespace;
    private long _dropped;

    /// <summary>A datagram found no room.</summary>
    public void On(in TunerEvent e, in udp_buffer_full record)
    {
        var host = tuner.Host;
        _namespace = e.Namespace;
        _dropped += 1L + e.Header.Suppressed;
        // UDP's memory is what binds then; MemoryWatch hears of it by events of its own.
        if (!BufferPolicy.IsMemoryAmple(record.allocated, record.mem[MemoryMarks.Pressure], host.LearningRate))
            return;
        if (!host.TryRead(_tunable, host.GlobalNamespace, out var limit))
        {
            // The daemon lives in a container: the setting is out of its reach.
            host.Mute(e.Namespace, e.Header.Kind, ProposalFollowUp.WhenRefused);
            return;
        }

        // A program that asked for less than it may has what it wants; another one's drops may tell more.
        if (!BufferPolicy.IsBound(limit[0], record.buffer, isLocked, host.LearningRate))
            return;

        var ceiling = BufferPolicy.Ceiling(
            record.mem[MemoryMarks.Maximum], host.AvailablePages, Environment.SystemPageSize, isLocked);
        var next = BufferPolicy.Raise(limit[0], record.buffer, isLocked, ceiling, host.LearningRate);
        if (next <= limit[0])
        {
            host.Mute(e.Namespace, e.Header.Kind, AtCeiling);
            return;
        }

        var dropped = e.Header.Suppressed == 0 ? "1 datagram" : $"{1L + e.Header.Suppressed} datagrams";
        var evidence =
            $"rcvbuf {record.buffer}, {(isLocked ? "max" : "default")} {limit[0]}, {dropped} dropped since the last look at {e.Namespace.Phrase}";
        host.Submit(in e, new Proposal(
            _tunable, host.GlobalNamespace, limit, TunableValue.Of(next),
            isLocked ? "udp_drops_at_maximum_buffer" : "udp_drops_at_default_buffer", evidence)
        {
            Before = isLocked ? null : Maximum(next, evidence),
        });
    }

    /// <summary>
    /// The maximum, where that is lower than the default is to be: a program that asks for a buffer must not get less than
    /// one that does not ask. Where the maximum stays, so does the default.
    /// </summary>
    private Proposal? Maximum(long next, string evidence)
    {
        var host = tuner.Host;
        return host.TryRead(UdpTunables.ReceiveMaximum, host.GlobalNamespace, out var maximum) && next > maximum[0]
            ? new Proposal(UdpTunables.ReceiveMaximum, host.GlobalNamespace, maximum, TunableValue.Of(next), "default_buffer_needs_maximum", evidence)
            : null;
    }

    /// <summary>What was seen, for status.</summary>
    public IEnumerable<TunerFact> Facts()
    {
        if (_namespace is null)
            yield break;
        yield return new TunerFact(
            $"datagrams dropped at {(isLocked ? "buffers that programs set" : "default buffers")} in {_namespace.Name}",
            _dropped.ToString(CultureInfo.InvariantCulture));
    }
}
