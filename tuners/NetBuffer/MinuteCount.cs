namespace BpfTune.Tuners.NetBuffer;

/// <summary>Counts what happens within a minute, from the first of it on.</summary>
internal sealed class MinuteCount(Func<TimeProvider> time)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private long _since;

    /// <summary>How many there were.</summary>
    public long Total { get; private set; }

    /// <summary>Counts some more.</summary>
    public void Add(long count)
    {
        if (count <= 0)
            return;
        var now = time().GetTimestamp();
        if (Total == 0 || time().GetElapsedTime(_since, now) > Minute)
        {
            Total = 0;
            _since = now;
        }

        Total += count;
    }

    /// <summary>Begins anew.</summary>
    public void Clear() => Total = 0;
}
