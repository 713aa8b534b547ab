using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// What was lost, block by block. Losses come in bursts: how far the blocks differ from each other says how much of a
/// difference is chance, which a count alone does not.
/// </summary>
internal sealed class EffectSeries
{
    /// <summary>Things in a block: a share of fewer says nothing.</summary>
    internal const long BlockSize = 50;

    private double _sum;
    private double _squares;

    /// <summary>All that was counted.</summary>
    internal EffectReading Counted { get; private set; }

    /// <summary>In how many blocks.</summary>
    internal int Blocks { get; private set; }

    /// <summary>How many of them lost anything.</summary>
    internal int LossyBlocks { get; private set; }

    /// <summary>The part that was lost.</summary>
    internal double Share => Counted.Share;

    /// <summary>Sum of the squared distances of the blocks' shares from their mean.</summary>
    internal double Scatter => Blocks == 0 ? 0 : Math.Max(0, _squares - (_sum * _sum / Blocks));

    internal void Add(EffectReading block)
    {
        Counted = new EffectReading(Counted.Lost + block.Lost, Counted.Kept + block.Kept);
        Blocks++;
        LossyBlocks += block.Lost > 0 ? 1 : 0;
        _sum += block.Share;
        _squares += block.Share * block.Share;
    }
}
