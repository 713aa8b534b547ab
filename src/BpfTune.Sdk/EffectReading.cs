namespace BpfTune.Sdk;

/// <summary>Two counters that only grow, or what they grew by in a while.</summary>
/// <param name="Lost">What did not get through for want of what is raised.</param>
/// <param name="Kept">What got through.</param>
public readonly record struct EffectReading(long Lost, long Kept)
{
    /// <summary>All that came.</summary>
    public long Total => Lost + Kept;

    /// <summary>What part of it was lost, from 0 to 1; 0 when nothing came.</summary>
    public double Share => Total <= 0 ? 0 : (double)Lost / Total;

    /// <summary>What was added since an earlier reading; negative where somebody began anew.</summary>
    public EffectReading Since(EffectReading earlier) => new(Lost - earlier.Lost, Kept - earlier.Kept);
}
