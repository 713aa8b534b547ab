using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>What became of a tuner's proposals since the start.</summary>
public sealed class ProposalCounts
{
    private readonly long[] _counts = new long[Enum.GetValues<ProposalOutcome>().Length];

    /// <summary>How many ended so.</summary>
    public long this[ProposalOutcome outcome] => _counts[(int)outcome];

    internal void Add(ProposalOutcome outcome) => _counts[(int)outcome]++;
}
