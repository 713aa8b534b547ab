using System.Diagnostics;

namespace BpfTune.Lab;

/// <summary>Counts bytes as they come, by their time; written by one thread, read by any.</summary>
internal sealed class ThroughputMeter
{
    private readonly List<long> _samples = new(1024);
    private long _start;
    private long _last;
    private long _total;

    /// <summary>All bytes so far.</summary>
    internal long Total => Volatile.Read(ref _total);

    /// <summary>The clock starts.</summary>
    internal void Start() => _start = _last = Stopwatch.GetTimestamp();

    internal void Add(int bytes)
    {
        _last = Stopwatch.GetTimestamp();
        int interval = (int)(Stopwatch.GetElapsedTime(_start, _last) / Throughput.Interval);
        while (_samples.Count <= interval)
        {
            _samples.Add(0);
        }

        _samples[interval] += bytes;
        Volatile.Write(ref _total, _total + bytes);
    }

    internal Throughput Result() => new([.. _samples], Stopwatch.GetElapsedTime(_start, _last));
}
