using BpfTune.Engine.Kernel;
using BpfTune.Engine.Loop;
using BpfTune.LibBpf;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Running;

/// <summary>Takes the events out of their ring, some in each round of the loop, and tells of those that found no room there.</summary>
internal sealed class EventIntake : IDisposable
{
    private static readonly TimeSpan LostInterval = TimeSpan.FromMinutes(1);

    /// <summary>Events of one round of the loop: some, until this time has passed. Whoever asks for the status waits so long, and little more.</summary>
    private static readonly TimeSpan BatchTime = TimeSpan.FromMilliseconds(10);

    /// <summary>Events between two looks at the clock.</summary>
    private const int Batch = 16;

    private readonly EventLoop _loop;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly RingBuffer _ring;
    private readonly BpfPerCpuMap<uint, ulong> _lost;
    private readonly ulong[] _lostByCpu;
    private IDisposable? _timer;
    private long _told;

    public EventIntake(CoreBpf core, EventDispatcher dispatcher, EventLoop loop, TimeProvider time, ILogger log)
    {
        _loop = loop;
        _time = time;
        _log = log;
        _lost = core.Shared.Lost.PerCpu<uint, ulong>();
        _lostByCpu = new ulong[_lost.CpuCount];
        _ring = new RingBuffer(dispatcher);
        _ring.Add(core.Shared.Ring);
    }

    /// <summary>Readable when <see cref="Process"/> has something to do.</summary>
    public int PollFd => _ring.EpollFd;

    /// <summary>Events that did not fit into the ring.</summary>
    public long Lost
    {
        get
        {
            long sum = 0;
            if (_lost.TryGetValues(0, _lostByCpu))
            {
                foreach (var count in _lostByCpu)
                    sum += (long)count;
            }

            return sum;
        }
    }

    /// <summary>Hands out a batch.</summary>
    public void Process()
    {
        var start = _time.GetTimestamp();
        while (_ring.Consume(Batch) > 0 && _time.GetElapsedTime(start) < BatchTime && !_loop.IsStopping)
        {
        }

        // Looked at with events only: events that are lost are lost among others.
        if (_timer is null && Lost > _told)
            _timer = _loop.After(LostInterval, Tell);
    }

    /// <summary>Tells of what is not told yet: nothing more is taken.</summary>
    public void Stop()
    {
        _timer?.Dispose();
        Tell();
    }

    /// <inheritdoc/>
    public void Dispose() => _ring.Dispose();

    private void Tell()
    {
        _timer = null;
        var lost = Lost;
        if (lost > _told)
            EngineLog.EventsLost(_log, lost);
        _told = lost;
    }
}
