using BpfTune.Sdk;

namespace BpfTune.Tuners.TcpBuffer;

/// <summary>What was seen of the connections to one host: a path of its own, with a round trip of its own.</summary>
internal sealed class Peer
{
    /// <summary>A queue on the way shows in the round trip: by this much, or correlation means nothing.</summary>
    private const double InflatedRtt = 1.25;
    private const double Correlated = 0.75;

    private double _leastRtt;
    private long _leastSince;

    /// <summary>How the round trip goes with the buffer.</summary>
    public Correlation Latency { get; } = new();

    /// <summary>The buffer that its path needs, and since when.</summary>
    public Need Need { get; private set; }

    /// <summary>Least round trip, microseconds; 0 while none is known.</summary>
    public double LeastRtt => _leastRtt;

    /// <summary>Takes in what was seen of one of its connections.</summary>
    /// <param name="facts">What was seen.</param>
    /// <param name="room">How many times the bandwidth-delay product the buffer should be.</param>
    /// <param name="time">Whose clock counts.</param>
    public void Add(in BufferFacts facts, uint room, TimeProvider time)
    {
        var now = time.GetTimestamp();
        var least = facts.LeastRttMicroseconds > 0 ? facts.LeastRttMicroseconds : facts.RttMicroseconds;
        // A route that was shorter once is none any more.
        if (least > 0 && (_leastRtt <= 0 || least <= _leastRtt || time.GetElapsedTime(_leastSince, now) > Need.Hold))
            (_leastRtt, _leastSince) = (least, now);
        if (facts.RttMicroseconds > 0)
            Latency.Add(facts.Buffer, facts.RttMicroseconds);
        // A connection that began when a queue was there has not seen the least: another to the same host has.
        var window = least > _leastRtt ? (long)(facts.Window * (_leastRtt / least)) : facts.Window;
        var carried = least > 0 ? facts.Window * 1e6 / least : 0;
        Need = Need.With(BufferPolicy.BandwidthDelayCeiling(facts with { Window = window }, room), carried, now, time);
    }

    /// <summary>It is needed still.</summary>
    public void Renew(long now) => Need = Need with { At = now };

    /// <summary>Whether its buffers only add delay.</summary>
    public bool IsQueueing(in BufferFacts facts) =>
        _leastRtt > 0 && facts.RttMicroseconds > _leastRtt * InflatedRtt && Latency.IsAbove(Correlated);
}
