using System.Globalization;
using BpfTune.Sdk;
using static BpfTune.Tuners.TcpConnection.TcpConnBpf;

namespace BpfTune.Tuners.TcpConnection;

/// <summary>What was learned of one remote.</summary>
internal sealed class Remote(RemoteKey key, NetworkNamespace networkNamespace)
{
    /// <summary>The kernel is told of a least round trip that differs by more than this share: less is no queue.</summary>
    private const double RoundTripStep = 1.0 / 16;

    private readonly Estimate[] _estimates = new Estimate[AlgorithmTable.Capacity];
    private readonly int[] _bad = new int[AlgorithmTable.Capacity];
    private PathLoss _loss;
    private uint _seen;
    private int _default = ConnectionPolicy.None;
    private long? _restsSince;
    private double _publishedRtt;

    public RemoteKey Key { get; } = key;

    public NetworkNamespace Namespace { get; } = networkNamespace;

    /// <summary>Connections learned from.</summary>
    public long Connections { get; private set; }

    /// <summary>Connections that were moved for loss, as far as the kernel's rate limit let them be told.</summary>
    public long Lossy { get; private set; }

    /// <summary>Connections that were moved back.</summary>
    public long Bad => _bad.Sum(n => (long)n);

    /// <summary>When it was last heard of; orders remotes by age.</summary>
    public long LastUse { get; set; }

    /// <summary>Whether a route to it has ECN.</summary>
    public bool HasEcn { get; private set; }

    /// <summary>Whether the path loses what no queue lost.</summary>
    public bool IsLossy { get; private set; }

    /// <summary>What the path to it can do.</summary>
    public PathLimits Limits { get; private set; }

    /// <summary>What the kernel's map holds for it; null: nothing.</summary>
    public conn_choice? Published { get; set; }

    /// <summary>The algorithm that was last announced as the one preferred to the default; -1: none.</summary>
    public int Preferred { get; set; } = ConnectionPolicy.None;

    public ReadOnlySpan<Estimate> Estimates => _estimates;

    /// <summary>Takes in what a connection told at its end, or when it was moved.</summary>
    /// <param name="algorithm">What it had.</param>
    /// <param name="record">The event.</param>
    /// <param name="rate">How fast to learn.</param>
    /// <returns>What that says of the algorithm; null: nothing.</returns>
    public ConnectionOutcome? Learn(int algorithm, in conn_event record, LearningRate rate)
    {
        Connections++;
        HasEcn |= record.ecn != 0;
        _seen |= 1u << algorithm;
        if (record.cause == (uint)conn_cause.CONN_DEFAULT)
            _default = algorithm;
        _loss = _loss.With(in record, rate);
        IsLossy = _loss.IsLossy(IsLossy);
        if (!ConnectionOutcome.TryRead(in record, out var outcome))
            return null;
        Limits = ConnectionPolicy.Widen(Limits, in outcome);
        _estimates[algorithm] = ConnectionPolicy.Learn(in _estimates[algorithm], in outcome, rate);
        return outcome;
    }

    /// <summary>A connection is moved for loss: the next one need not lose first.</summary>
    public void Move()
    {
        Lossy++;
        IsLossy = true;
    }

    /// <summary>A connection did badly under an algorithm that it was given, and was moved back.</summary>
    public void Fail(int algorithm, bool isTrial, TimeProvider time)
    {
        // What is not tried again is not judged by one connection alone; a trial that failed is.
        _bad[algorithm] += isTrial ? ConnectionPolicy.BadChoices : 1;
        _restsSince = time.GetTimestamp();
    }

    /// <summary>What may be chosen for a connection without ECN: the general candidates, and what connections use by default.</summary>
    public ushort Candidates(AlgorithmTable algorithms) =>
        (ushort)((algorithms.Candidates | _seen) & ~(uint)algorithms.EcnCandidates);

    /// <summary>What the kernel should do for the next connection.</summary>
    public conn_choice Choose(AlgorithmTable algorithms, TimeProvider time)
    {
        if (_restsSince is { } since && time.GetElapsedTime(since) >= ConnectionPolicy.Rest)
        {
            _restsSince = null;
            Array.Clear(_bad);
        }

        uint bad = 0;
        for (var i = 0; i < _bad.Length; i++)
            bad |= _bad[i] >= ConnectionPolicy.BadChoices ? 1u << i : 0;
        var facts = new RemoteFacts(
            Connections, IsLossy, _restsSince is not null, _default, Candidates(algorithms),
            HasEcn ? algorithms.EcnCandidates : (ushort)0, algorithms.LossTolerant, bad, Limits);
        return ConnectionPolicy.Choose(in facts, _estimates) with { min_rtt_us = RoundTrip() };
    }

    /// <summary>'the path loses by itself (1.02 % of segments sent again)', and what each algorithm gave.</summary>
    public string Why(AlgorithmTable algorithms)
    {
        var known = string.Join(", ", Known(algorithms));
        if (!IsLossy)
            return known;
        var loss = _loss.Lost > 0
            ? string.Create(CultureInfo.InvariantCulture, $"the path loses by itself ({_loss.LostShare:P2} of segments sent again)")
            : "the path loses by itself";
        return known.Length == 0 ? loss : $"{loss}; {known}";
    }

    /// <summary>What was learned, for status.</summary>
    public string Describe(AlgorithmTable algorithms, TimeProvider time)
    {
        var parts = new List<string>();
        var why = Why(algorithms);
        parts.Add(Preferred >= 0 ? $"{algorithms.Names[Preferred]} preferred: {why}" : why.Length == 0 ? "nothing is known of rates yet" : why);
        if (Limits.MinRtt > 0)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"least round trip {Limits.MinRtt / 1000:0.0} ms"));
        if (Lossy > 0)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{Lossy} switched to bbr for loss"));
        if (_restsSince is { } since)
        {
            var left = ConnectionPolicy.Rest - time.GetElapsedTime(since);
            var names = string.Join(", ", algorithms.Names.Where((_, i) => _bad[i] > 0));
            parts.Add(string.Create(
                CultureInfo.InvariantCulture, $"went badly and was taken back: {names}; nothing is tried for {Math.Max(1, Math.Ceiling(left.TotalHours)):0} h"));
        }

        return string.Join("; ", parts);
    }

    /// <summary>Cheapest first: 'bbr 950.0 Mbit/s at 52.1 ms (12 connections), cubic 5.3 Mbit/s at 50.4 ms (1)'.</summary>
    private IEnumerable<string> Known(AlgorithmTable algorithms) => Enumerable.Range(0, algorithms.Names.Count)
        .Where(i => _estimates[i].Samples > 0)
        .OrderBy(i => IsLossy ? -_estimates[i].Rate : ConnectionPolicy.Cost(in _estimates[i], Limits))
        .Select((i, place) => string.Create(
            CultureInfo.InvariantCulture,
            $"{algorithms.Names[i]} {_estimates[i].Rate * 8 / 1e6:0.0} Mbit/s at {_estimates[i].Rtt / 1000:0.0} ms ({_estimates[i].Samples}{(place == 0 ? _estimates[i].Samples == 1 ? " connection" : " connections" : "")})"));

    private uint RoundTrip()
    {
        if (Math.Abs(Limits.MinRtt - _publishedRtt) > _publishedRtt * RoundTripStep)
            _publishedRtt = Limits.MinRtt;
        return (uint)Math.Min(_publishedRtt, uint.MaxValue);
    }
}
