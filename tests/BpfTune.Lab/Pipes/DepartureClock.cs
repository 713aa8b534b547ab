namespace BpfTune.Lab;

/// <summary>When a packet leaves a line of a given rate and arrives after its delay. Times in nanoseconds.</summary>
internal sealed class DepartureClock
{
    private readonly long _delay;
    private readonly double _nanosecondsPerByte;
    private readonly long _longestWait;
    private double _lineFree;

    internal DepartureClock(PipeOptions options)
    {
        _delay = (long)options.Delay.TotalNanoseconds;
        _nanosecondsPerByte = options.Rate > 0 ? 8e9 / options.Rate : 0;
        _longestWait = (long)(options.EffectiveQueueLimit * _nanosecondsPerByte);
    }

    /// <summary>The time at which a packet that comes now arrives at the far end, or -1: the queue is full, it is dropped.</summary>
    internal long Arrival(long now, int bytes)
    {
        if (_nanosecondsPerByte == 0)
        {
            return now + _delay;
        }

        double start = Math.Max(now, _lineFree);
        if (start - now > _longestWait)
        {
            return -1;
        }

        _lineFree = start + (bytes * _nanosecondsPerByte);
        return (long)_lineFree + _delay;
    }
}
