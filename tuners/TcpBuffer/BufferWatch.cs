using System.Globalization;
using BpfTune.Sdk;
using static BpfTune.Tuners.TcpBuffer.TcpBufferBpf;

namespace BpfTune.Tuners.TcpBuffer;

/// <summary>One direction's buffers in one namespace: gathers the evidence for each peer, asks the policy, proposes.</summary>
internal sealed class BufferWatch(Tuner tuner, Tunable tunable, string what, uint room, string octets)
{
    /// <summary>Past so many sockets only 'at least' is of interest.</summary>
    private const int MostSockets = 1024;

    /// <summary>Of more peers those that need least are forgotten: the maximum is for those that need most.</summary>
    private const int MostPeers = 256;

    private static readonly TimeSpan Span = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AtCeiling = TimeSpan.FromSeconds(1);

    /// <summary>How often it is looked whether less is needed, while the maximum is more than what was there first.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);

    /// <summary>A connection that needs no larger buffer sends no events. So much of what its path carried is traffic on it still: a quarter.</summary>
    private const double StillBusy = 0.25;

    private readonly HashSet<ulong> _sockets = [];
    private readonly Dictionary<ulong, Peer> _peers = [];
    private long _since;
    private long? _first;
    private long _written;
    private long? _leanSince;
    private NetworkNamespace? _namespace;
    private IDisposable? _timer;
    private (long Octets, long At)? _traffic;

    /// <summary>An event of this direction.</summary>
    public void On(in TunerEvent e, in buffer_event record)
    {
        _namespace = e.Namespace;
        var facts = new BufferFacts(
            record.buffer, record.window, record.overhead, record.rtt_us, record.min_rtt_us,
            record.allocated, record.mem[1], record.mem[2]);
        var peer = Remember(in record, in facts);

        var old = TunableValue.Of(record.limit[0], record.limit[1], record.limit[2]);
        var maximum = old[TcpTunables.Maximum];
        var rate = tuner.Host.LearningRate;
        if (!BufferPolicy.IsMemoryAmple(in facts, rate))
        {
            // tcp_mem is what binds; MemoryWatch hears of it by events of its own.
            Mute(in e, AtCeiling);
            return;
        }

        if (peer.IsQueueing(in facts) && Lean(in e, in facts, peer, old))
            return;

        var needed = Needed();
        var memoryCeiling = BufferPolicy.MemoryCeiling(
            facts.MemoryMaximum, needed > maximum ? tuner.Host.AvailablePages : facts.MemoryMaximum, Environment.SystemPageSize);
        var raised = BufferPolicy.Raise(maximum, needed, memoryCeiling, rate);
        if (raised <= maximum)
        {
            // The program asks for no more than the path needs; what keeps it asking is the memory ceiling.
            if (needed > memoryCeiling)
                Mute(in e, AtCeiling);
            return;
        }

        var outcome = tuner.Host.Propose(new Proposal(
            tunable, e.Namespace, old, old.With(TcpTunables.Maximum, raised), "buffer_near_maximum", Evidence(in facts, maximum)));
        tuner.Host.Settle(in e, outcome);
        if (outcome != ProposalOutcome.Applied)
            return;
        // Not what was written here the last time: somebody else's value, and no less than that is ever left.
        if (_first is null || maximum != _written)
            _first = maximum;
        _written = raised;
        if (_timer is null)
            LookLater(e.Namespace);
    }

    /// <summary>What was learned, for status.</summary>
    public IEnumerable<TunerFact> Facts()
    {
        if (_namespace is not null && Needed() is > 0 and var needed)
            yield return new TunerFact($"{tunable.Name} in {_namespace.Name}: room for the largest bandwidth-delay product of the last minutes", $"{needed} bytes");
    }

    /// <summary>No more timers.</summary>
    public void Stop() => _timer?.Dispose();

    /// <summary>What the peers' paths need now: twice the bandwidth-delay product where more was seen to only add delay.</summary>
    private long Needed()
    {
        var time = tuner.Host.Time;
        if (_leanSince is { } since && time.GetElapsedTime(since) > Need.Hold)
            _leanSince = null;
        long needed = 0;
        foreach (var peer in _peers.Values)
            needed = Math.Max(needed, peer.Need.After(time.GetElapsedTime(peer.Need.At)));
        return _leanSince is null ? needed : needed / room * BufferPolicy.LeanRoom;
    }

    /// <summary>Larger buffers only add delay: a step down, as far as twice the bandwidth-delay product. False when it is there.</summary>
    private bool Lean(in TunerEvent e, in BufferFacts facts, Peer peer, TunableValue old)
    {
        _leanSince = tuner.Host.Time.GetTimestamp();
        var maximum = old[TcpTunables.Maximum];
        var lowered = BufferPolicy.Lower(maximum, old[TcpTunables.Default], Needed(), tuner.Host.LearningRate);
        if (lowered >= maximum)
            return false;
        var evidence = string.Create(
            CultureInfo.InvariantCulture,
            $"round trip {facts.RttMicroseconds / 1000.0:0.0} ms, least {peer.LeastRtt / 1000:0.0} ms, correlation with {what} {peer.Latency.Coefficient:0.00} over {peer.Latency.Count} samples");
        peer.Latency.Clear();
        var outcome = tuner.Host.Propose(new Proposal(
            tunable, e.Namespace, old, old.With(TcpTunables.Maximum, lowered), "buffers_only_add_delay", evidence));
        tuner.Host.Settle(in e, outcome);
        if (outcome == ProposalOutcome.Applied && maximum == _written)
            _written = lowered;
        return true;
    }

    /// <summary>A while later: what nothing has needed for long goes again, down to what was there first.</summary>
    private void Recede()
    {
        _timer = null;
        if (_namespace is null || _first is not { } first || !tuner.Host.TryRead(tunable, _namespace, out var value))
            return;
        var maximum = value[TcpTunables.Maximum];
        // Somebody else's value is not this one's to lower.
        if (maximum != _written || maximum <= first)
            return;
        RenewWhatIsBusy(_namespace);
        var target = BufferPolicy.Recede(maximum, first, Needed());
        if (target < maximum)
        {
            var outcome = tuner.Host.Propose(new Proposal(
                tunable, _namespace, value, value.With(TcpTunables.Maximum, target), "buffer_not_needed",
                string.Create(CultureInfo.InvariantCulture, $"no path has needed more than {target} bytes for {Need.Hold.TotalMinutes:0} minutes")));
            if (outcome is ProposalOutcome.Applied)
                _written = target;
            else if (outcome.IsRefused())
                return;
        }

        if (_written > first)
            LookLater(_namespace);
    }

    private void LookLater(NetworkNamespace networkNamespace)
    {
        if (Octets(networkNamespace) is { } count)
            _traffic = (count, tuner.Host.Time.GetTimestamp());
        _timer = tuner.Host.After(LookAgain, Recede);
    }

    /// <summary>The path that needs most: while its traffic goes on, what it needs does not fade.</summary>
    private void RenewWhatIsBusy(NetworkNamespace networkNamespace)
    {
        var time = tuner.Host.Time;
        var now = time.GetTimestamp();
        if (_traffic is not { } before || Octets(networkNamespace) is not { } count || _peers.Count == 0)
            return;
        var seconds = time.GetElapsedTime(before.At, now).TotalSeconds;
        var most = _peers.Values.MaxBy(p => p.Need.After(time.GetElapsedTime(p.Need.At, now)))!;
        if (seconds > 0 && most.Need.Rate > 0 && (count - before.Octets) / seconds >= most.Need.Rate * StillBusy)
            most.Renew(now);
    }

    /// <summary>Bytes of IP that the namespace has received, or sent.</summary>
    private long? Octets(NetworkNamespace networkNamespace)
    {
        var four = tuner.Host.ReadProcNet(networkNamespace, "netstat") is { } netstat ? ProcCounters.Read(netstat, "IpExt", octets) : null;
        var six = tuner.Host.ReadProcNet(networkNamespace, "snmp6") is { } snmp ? ProcCounters.ReadLine(snmp, "Ip6" + octets) : null;
        return four is null && six is null ? null : (four ?? 0) + (six ?? 0);
    }

    private Peer Remember(in buffer_event record, in BufferFacts facts)
    {
        var time = tuner.Host.Time;
        var now = time.GetTimestamp();
        if (_sockets.Count == 0 || time.GetElapsedTime(_since, now) > Span)
        {
            _sockets.Clear();
            _since = now;
        }

        if (_sockets.Count < MostSockets)
            _sockets.Add(record.socket);
        if (!_peers.TryGetValue(record.peer, out var peer))
        {
            if (_peers.Count >= MostPeers)
                _peers.Remove(_peers.MinBy(p => p.Value.Need.After(time.GetElapsedTime(p.Value.Need.At, now))).Key);
            _peers.Add(record.peer, peer = new Peer());
        }

        peer.Add(in facts, room, time);
        return peer;
    }

    private string Evidence(in BufferFacts facts, long maximum)
    {
        var seconds = tuner.Host.Time.GetElapsedTime(_since).TotalSeconds;
        var sockets = _sockets.Count == 1 ? "1 socket" : $"{_sockets.Count}{(_sockets.Count == MostSockets ? " or more" : "")} sockets";
        return $"{what} {facts.Buffer} of max {maximum}, {sockets} in {Math.Max(1, Math.Ceiling(seconds)):0} s";
    }

    private void Mute(in TunerEvent e, TimeSpan duration) => tuner.Host.Mute(e.Namespace, e.Header.Kind, duration);
}
