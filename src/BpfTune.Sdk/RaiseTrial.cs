namespace BpfTune.Sdk;

/// <summary>
/// Judges whether raising a limit helps what it limits: each time the value has doubled, the share that got through
/// since then is compared with the share before. The first doubling is the measure, the second one the proof: no more
/// than four times the first value, and the last step, is spent on a limit that was not what held things up.
/// </summary>
public sealed class RaiseTrial
{
    /// <summary>The share lost must shrink, or the share kept grow, by this part of itself.</summary>
    private const double Worthwhile = 1.0 / 16;

    /// <summary>Fewer say nothing: a doubling counts once so many were kept or lost.</summary>
    private const long Enough = 100;

    private bool _begun;
    private long _checkpoint;
    private long _kept;
    private long _lost;

    /// <summary>The value from which the trial began.</summary>
    public long Floor { get; private set; }

    /// <summary>The share kept while the value doubled the last time but one; null before there was one.</summary>
    public double? Before { get; private set; }

    /// <summary>The share kept while the value doubled last; null before it has.</summary>
    public double? Latest { get; private set; }

    /// <summary>Whether raising further is worth while. Once it is not, it stays so until <see cref="Clear"/>.</summary>
    /// <param name="value">The limit as it is now.</param>
    /// <param name="kept">How many got through, ever.</param>
    /// <param name="lost">How many did not, ever.</param>
    public bool IsWorthwhile(long value, long kept, long lost)
    {
        // A value below the last checkpoint, or counters that run backwards: somebody began anew.
        if (!_begun || value < _checkpoint || kept < _kept || lost < _lost)
        {
            Clear();
            _begun = true;
            Floor = value;
            Mark(value, kept, lost);
            return true;
        }

        if (value / 2 < _checkpoint)
            return Judge();
        var total = kept - _kept + (lost - _lost);
        if (total >= Enough)
        {
            Before = Latest;
            Latest = (kept - _kept) / (double)total;
            // By powers of two, not by the values that the steps happen to hit: else their overshoot would add up.
            var reached = _checkpoint;
            while (reached > 0 && value / 2 >= reached)
                reached *= 2;
            Mark(reached, kept, lost);
        }

        return Judge();
    }

    /// <summary>Forgets the trial; the next value begins one.</summary>
    public void Clear()
    {
        _begun = false;
        Before = Latest = null;
    }

    private bool Judge()
    {
        if (Before is not { } before || Latest is not { } latest)
            return true;
        return latest > before && (latest >= before * (1 + Worthwhile) || 1 - latest <= (1 - before) * (1 - Worthwhile));
    }

    private void Mark(long value, long kept, long lost)
    {
        _checkpoint = value;
        _kept = kept;
        _lost = lost;
    }
}
