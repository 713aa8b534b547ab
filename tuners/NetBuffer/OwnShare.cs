namespace BpfTune.Tuners.NetBuffer;

/// <summary>
/// What part of a counter of the whole machine is its own: the events of its own namespaces say how often they saw what
/// is counted. An event tells late of those that were held back before it, so what either side has too much of waits
/// for the other, but not for long. As long as most of it is not its own, none of it is: whoever fills a queue that others
/// wait in too makes them lose some, and a longer one would only be filled as well.
/// </summary>
internal sealed class OwnShare(Func<TimeProvider> time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private long _seen;
    private long _counted;
    private long _taken;
    private long _at;

    /// <summary>Events of the machine's own namespaces tell of so many.</summary>
    public void See(long count)
    {
        if (count <= 0)
            return;
        Age();
        _seen += count;
    }

    /// <summary>The counter has grown.</summary>
    /// <param name="counted">By so much.</param>
    /// <param name="hasTenants">Whether it can be anybody else's.</param>
    /// <returns>How much of that, and of what was left over before, is the machine's own.</returns>
    public long Take(long counted, bool hasTenants)
    {
        if (!hasTenants)
        {
            _seen = _counted = _taken = 0;
            return counted;
        }

        Age();
        _counted += counted;
        var own = Math.Min(_counted, _seen);
        if (own + _taken < _counted - own)
            return 0;
        _counted -= own;
        _seen -= own;
        _taken += own;
        return own;
    }

    private void Age()
    {
        var now = time().GetTimestamp();
        if (time().GetElapsedTime(_at, now) > Patience)
            _seen = _counted = _taken = 0;
        if (_seen == 0 && _counted == 0 && _taken == 0)
            _at = now;
    }
}
