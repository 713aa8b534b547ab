namespace BpfTune.Engine.Loop;

/// <summary>
/// How long to leave alone what has failed before it is tried again: longer each time, and from the beginning once it
/// has been well for a while.
/// </summary>
/// <param name="first">The first pause; each is four times the one before.</param>
/// <param name="longest">No pause is longer.</param>
/// <param name="forget">After so long without a failure, all are forgotten.</param>
internal sealed class GrowingPauses(TimeSpan first, TimeSpan longest, TimeSpan forget)
{
    private const int Growth = 4;

    private TimeSpan _next;
    private TimeSpan _wellAt = TimeSpan.MinValue;

    /// <summary>Failures that have not been forgotten.</summary>
    internal int Failures { get; private set; }

    /// <summary>Takes note of a failure.</summary>
    /// <param name="now">Any clock that only goes forward.</param>
    /// <returns>How long to pause.</returns>
    internal TimeSpan Fail(TimeSpan now)
    {
        if (now >= _wellAt)
            (Failures, _next) = (0, first);
        Failures++;
        var pause = _next;
        _next = TimeSpan.FromTicks(Math.Min(pause.Ticks * Growth, longest.Ticks));
        _wellAt = now + pause + forget;
        return pause;
    }
}
