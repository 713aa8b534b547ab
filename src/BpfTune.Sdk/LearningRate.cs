namespace BpfTune.Sdk;

/// <summary>
/// How far a tunable moves at a time and what counts as near its limit: rate r gives the fraction 1 / 2^(6 - r).
/// Rate 4 is 25 %, 3 is 12.5 %, 2 is 6.25 %, 1 is 3.125 %, 0 is 1.5625 %.
/// </summary>
public readonly record struct LearningRate
{
    /// <summary>The default, 25 %.</summary>
    public static readonly LearningRate Default = new(4);

    /// <summary>A rate from 0 to 4.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not from 0 to 4.</exception>
    public LearningRate(int rate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rate, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rate, 4);
        Rate = rate;
    }

    /// <summary>0 to 4.</summary>
    public int Rate { get; }

    /// <summary>The right shift that yields a step: 6 - rate.</summary>
    public int Shift => 6 - Rate;

    /// <summary>The step for a value: value >> shift, at least 1 for a positive value.</summary>
    public long Step(long value) => value <= 0 ? 0 : Math.Max(1, value >> Shift);

    /// <summary>Whether a value lies within limit >> shift of its limit, or beyond it. A limit of 0 or less is never near.</summary>
    public bool IsNear(long value, long limit) => limit > 0 && value >= limit - (limit >> Shift);

    /// <summary>One step up; saturates at <see cref="long.MaxValue"/>.</summary>
    public long Raise(long value)
    {
        var step = Step(value);
        return value > long.MaxValue - step ? long.MaxValue : value + step;
    }

    /// <summary>One step up, at most to a ceiling; a value beyond it stays.</summary>
    public long Raise(long value, long ceiling) => value >= ceiling ? value : Math.Min(Raise(value), ceiling);

    /// <summary>
    /// The limit for so much in use: unchanged when there is room, else as many steps up as it takes to have room, and
    /// twice as much at once when it is full, for then something is being refused. Never past the ceiling, but a limit
    /// beyond it stays.
    /// </summary>
    public long RaiseUntilRoom(long limit, long used, long ceiling)
    {
        if (limit >= ceiling || !IsNear(used, limit))
            return limit;
        var raised = used < limit ? limit : limit > long.MaxValue / 2 ? long.MaxValue : limit * 2;
        while (raised < ceiling && IsNear(used, raised))
            raised = Raise(raised);
        return Math.Min(raised, ceiling);
    }

    /// <summary>One step down, never below 0.</summary>
    public long Lower(long value) => Math.Max(0, value - Step(value));

    /// <summary>One step down, at least to a floor; a value below it stays.</summary>
    public long Lower(long value, long floor) => value <= floor ? value : Math.Max(Lower(value), floor);
}
