using System.Globalization;
using System.Numerics;
using BpfTune.Sdk;
using static BpfTune.Tuners.TcpConnection.TcpConnBpf;

namespace BpfTune.Tuners.TcpConnection;

/// <summary>What was learned of one remote.</summary>
internal sealed class Remote(RemoteKey key, NetworkNamespace networkNamespace)
{
    private readonly Estimate[] _estimates = new Estimate[AlgorithmTable.Capacity];
    private uint _seen;

    public RemoteKey Key { get; } = key;

    public NetworkNamespace Namespace { get; } = networkNamespace;

    /// <summary>Connections learned from.</summary>
    public long Connections { get; private set; }

    /// <summary>Connections that lost too much, as far as the kernel's rate limit let them be told.</summary>
    public long Lossy { get; set; }

    /// <summary>When it was last heard of; orders remotes by age.</summary>
    public long LastUse { get; set; }

    /// <summary>Whether a route to it has ECN.</summary>
    public bool HasEcn { get; private set; }

    /// <summary>What the path to it can do.</summary>
    public PathLimits Limits { get; private set; }

    /// <summary>What the kernel's map holds for it; null: nothing.</summary>
    public conn_choice? Published { get; set; }

    /// <summary>The algorithm that was last announced as the one preferred; -1: none.</summary>
    public int Preferred { get; set; } = ConnectionPolicy.None;

    public ReadOnlySpan<Estimate> Estimates => _estimates;

    /// <summary>Takes in the outcome of a connection.</summary>
    public void Learn(int algorithm, in ConnectionOutcome outcome, bool ecn, LearningRate rate)
    {
        Connections++;
        HasEcn |= ecn;
        _seen |= 1u << algorithm;
        Limits = ConnectionPolicy.Widen(Limits, in outcome);
        _estimates[algorithm] = ConnectionPolicy.Learn(in _estimates[algorithm], in outcome, rate);
    }

    /// <summary>What an algorithm costs by what is known now.</summary>
    public double Cost(int algorithm) => ConnectionPolicy.Cost(in _estimates[algorithm], Limits);

    /// <summary>What may be chosen for a connection without ECN: the general candidates, and what connections use by default.</summary>
    public ushort Candidates(AlgorithmTable algorithms) =>
        (ushort)((algorithms.Candidates | _seen) & ~(uint)algorithms.EcnCandidates);

    /// <summary>What the kernel should do for the next connection; null while too little is known, or there is no choice.</summary>
    public conn_choice? Choose(AlgorithmTable algorithms)
    {
        var candidates = Candidates(algorithms);
        if (Connections < ConnectionPolicy.LeastConnections || BitOperations.PopCount(candidates) < 2)
            return null;
        var ecn = HasEcn ? algorithms.EcnCandidates : (ushort)0;
        return new conn_choice
        {
            candidates = candidates,
            candidates_ecn = ecn,
            explore = ConnectionPolicy.Explore,
            best = (byte)ConnectionPolicy.Best(candidates, _estimates, Limits),
            best_ecn = (byte)ConnectionPolicy.Best((uint)candidates | ecn, _estimates, Limits),
        };
    }

    /// <summary>Costs, cheapest first: 'bbr 0.05 (12), cubic 0.91 (4)'; in brackets the connections.</summary>
    public string Costs(AlgorithmTable algorithms) => string.Join(
        ", ",
        Enumerable.Range(0, algorithms.Names.Count)
            .Where(i => _estimates[i].Samples > 0)
            .OrderBy(Cost)
            .Select(i => string.Create(
                CultureInfo.InvariantCulture, $"{algorithms.Names[i]} {Cost(i):0.00} ({_estimates[i].Samples})")));
}
