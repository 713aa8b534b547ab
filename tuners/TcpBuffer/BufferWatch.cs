using BpfTune.Sdk;
using static BpfTune.Tuners.TcpBuffer.TcpBufferBpf;

namespace BpfTune.Tuners.TcpBuffer;

/// <summary>One direction's buffers in one namespace: gathers the evidence, asks the policy, proposes.</summary>
internal sealed class BufferWatch(Tuner tuner, Tunable tunable, string what, uint room)
{
    /// <summary>Past so many sockets only 'at least' is of interest.</summary>
    private const int MostSockets = 1024;

    /// <summary>A queue on the way shows in the round trip: by this much, or correlation means nothing.</summary>
    private const double InflatedRtt = 1.25;
    private const double Correlated = 0.75;

    private static readonly TimeSpan Span = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AtCeiling = TimeSpan.FromSeconds(1);

    private readonly HashSet<ulong> _sockets = [];
    private readonly Correlation _latency = new();
    private long _since;
    private long _largestProduct;
    private long _leastRtt = long.MaxValue;
    private NetworkNamespace? _namespace;

    /// <summary>An event of this direction.</summary>
    public void On(in TunerEvent e, in buffer_event record)
    {
        _namespace = e.Namespace;
        var facts = new BufferFacts(
            record.buffer, record.window, record.overhead, record.rtt_us,
            record.allocated, record.mem[1], record.mem[2]);
        Remember(in record, in facts);

        var old = TunableValue.Of(record.limit[0], record.limit[1], record.limit[2]);
        var maximum = old[TcpTunables.Maximum];
        var rate = tuner.Host.LearningRate;
        if (!BufferPolicy.IsMemoryAmple(in facts, rate))
        {
            // tcp_mem is what binds; MemoryWatch hears of it by events of its own.
            Mute(in e, AtCeiling);
            return;
        }

        if (IsQueueing(in facts))
        {
            var lowered = BufferPolicy.Lower(maximum, old[TcpTunables.Default], _largestProduct, rate);
            if (lowered < maximum)
            {
                var evidence = $"round trip {facts.RttMicroseconds / 1000.0:0.0} ms, least {_leastRtt / 1000.0:0.0} ms, "
                    + $"correlation with {what} {_latency.Coefficient:0.00} over {_latency.Count} samples";
                _latency.Clear();
                tuner.Host.Settle(in e, tuner.Host.Propose(new Proposal(
                    tunable, e.Namespace, old, old.With(TcpTunables.Maximum, lowered), "buffers_only_add_delay", evidence)));
                return;
            }
        }

        var memoryCeiling = BufferPolicy.MemoryCeiling(facts.MemoryMaximum, Available(in facts, maximum), Environment.SystemPageSize);
        var raised = BufferPolicy.Raise(maximum, _largestProduct, memoryCeiling, rate);
        if (raised <= maximum)
        {
            // The program asks for no more than the path needs; what keeps it asking is the memory ceiling.
            if (_largestProduct > memoryCeiling)
                Mute(in e, AtCeiling);
            return;
        }

        tuner.Host.Settle(in e, tuner.Host.Propose(new Proposal(
            tunable, e.Namespace, old, old.With(TcpTunables.Maximum, raised), "buffer_near_maximum", Evidence(in facts, maximum))));
    }

    /// <summary>What was learned, for status.</summary>
    public IEnumerable<TunerFact> Facts()
    {
        if (_namespace is not null && _largestProduct > 0)
            yield return new TunerFact($"{tunable.Name} in {_namespace.Name}: room for the largest bandwidth-delay product seen", $"{_largestProduct} bytes");
    }

    private void Remember(in buffer_event record, in BufferFacts facts)
    {
        var now = tuner.Host.Time.GetTimestamp();
        if (_sockets.Count == 0 || tuner.Host.Time.GetElapsedTime(_since, now) > Span)
        {
            _sockets.Clear();
            _since = now;
        }

        if (_sockets.Count < MostSockets)
            _sockets.Add(record.socket);
        _largestProduct = Math.Max(_largestProduct, BufferPolicy.BandwidthDelayCeiling(in facts, room));
        if (facts.RttMicroseconds > 0)
        {
            _leastRtt = Math.Min(_leastRtt, facts.RttMicroseconds);
            _latency.Add(facts.Buffer, facts.RttMicroseconds);
        }
    }

    /// <summary>Asked only where a raise is in question: the answer is read from two files.</summary>
    private long Available(in BufferFacts facts, long maximum) =>
        _largestProduct > maximum ? tuner.Host.AvailablePages : facts.MemoryMaximum;

    private bool IsQueueing(in BufferFacts facts) =>
        facts.RttMicroseconds > _leastRtt * InflatedRtt && _latency.IsAbove(Correlated);

    private string Evidence(in BufferFacts facts, long maximum)
    {
        var seconds = tuner.Host.Time.GetElapsedTime(_since).TotalSeconds;
        var sockets = _sockets.Count == 1 ? "1 socket" : $"{_sockets.Count}{(_sockets.Count == MostSockets ? " or more" : "")} sockets";
        return $"{what} {facts.Buffer} of max {maximum}, {sockets} in {Math.Max(1, Math.Ceiling(seconds)):0} s";
    }

    private void Mute(in TunerEvent e, TimeSpan duration) => tuner.Host.Mute(e.Namespace, e.Header.Kind, duration);
}
