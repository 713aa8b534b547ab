using System.Globalization;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// Tells whether a raise made a difference: a pure function of what was lost before it and after it. What is mere chance
/// is estimated twice, from the number of things (the standard error of the difference of two proportions) and from how
/// far the blocks lie apart (that of two means, with pooled variance); the larger one counts.
/// </summary>
internal static class EffectJudge
{
    /// <summary>Blocks after a raise, below which nothing is said.</summary>
    internal const int Enough = 4;

    /// <summary>Cycles in which nothing is called useless: what came first may have been begun before the raise.</summary>
    internal const int Patience = 10;

    /// <summary>Cycles after which what would be worth while and is still within chance is called chance.</summary>
    internal const int LastPatience = 30;

    /// <summary>By chance a difference of so many standard errors comes once in 160 trials (normal distribution, one side).</summary>
    private const double StandardErrors = 2.5;

    /// <summary>Who looks again and again must ask for more: once in 4,000.</summary>
    private const double EarlyStandardErrors = 3.5;

    /// <summary>The least gain that is worth a change: a sixteenth less lost, or a sixteenth more kept.</summary>
    private const double Worthwhile = 1.0 / 16;

    /// <summary>So much more lost is harm: a quarter.</summary>
    private const double Harmful = 1.0 / 4;

    /// <summary>What came of it; null while that cannot be said yet.</summary>
    /// <param name="before">Counted before the raise.</param>
    /// <param name="after">Counted after it, so far.</param>
    /// <param name="cycles">For how long, in cycles.</param>
    internal static TrialResult? Judge(EffectSeries before, EffectSeries after, double cycles)
    {
        if (after.Blocks < Enough || before.Blocks == 0 || before.Counted.Total <= 0)
            return null;
        var isLate = cycles >= Patience;
        var chance = (isLate ? StandardErrors : EarlyStandardErrors) * Math.Max(OfCounts(before.Counted, after.Counted), OfBlocks(before, after));
        var gain = before.Share - after.Share;
        var isWorthwhile = gain > 0 && (gain >= before.Share * Worthwhile || gain >= (1 - before.Share) * Worthwhile);
        if (isWorthwhile && gain > chance)
            return TrialResult.Helped;
        if (-gain > chance && -gain >= before.Share * Harmful)
            return TrialResult.Harm;
        return isLate && (!isWorthwhile || cycles >= LastPatience) ? TrialResult.NoDifference : null;
    }

    /// <summary>'drops 12 % → 0.1 %'.</summary>
    internal static string Text(Effect effect, double before, double after) => $"{effect.Name} {Percent(before)} → {Percent(after)}";

    private static double OfCounts(EffectReading before, EffectReading after)
    {
        var pooled = (double)(before.Lost + after.Lost) / (before.Total + after.Total);
        return Math.Sqrt(pooled * (1 - pooled) * ((1.0 / before.Total) + (1.0 / after.Total)));
    }

    private static double OfBlocks(EffectSeries before, EffectSeries after)
    {
        var variance = (before.Scatter + after.Scatter) / (before.Blocks + after.Blocks - 2);
        return Math.Sqrt(variance * ((1.0 / before.Blocks) + (1.0 / after.Blocks)));
    }

    /// <summary>Two digits that count.</summary>
    private static string Percent(double share)
    {
        var percent = share * 100;
        var digits = percent >= 10 || percent == 0 ? 0 : percent >= 1 ? 1 : 2;
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Round(percent, digits)} %");
    }
}
