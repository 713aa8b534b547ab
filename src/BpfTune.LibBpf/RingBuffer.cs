using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>
/// Reads records that BPF programs submit to ring buffer maps (BPF_MAP_TYPE_RINGBUF). One thread at a time; no
/// allocation per record. It reads the mapped memory itself: ring_buffer__consume of libbpf goes on for as long as
/// programs submit (or discard) faster than it reads, and can be bounded from version 1.5 on only.
/// </summary>
public sealed unsafe class RingBuffer : IDisposable
{
    // The header of a record: its length, with two marks (include/uapi/linux/bpf.h).
    private const uint Busy = 1u << 31;
    private const uint Discarded = 1u << 30;
    private const uint HeaderSize = 8;

    /// <summary>Records of one map before the next map has its turn.</summary>
    private const int Turn = 16;

    private readonly IRingBufferHandler _handler;
    private readonly List<(SafeBpfHandle Map, SafeRingMemory Memory)> _rings = [];
    private readonly SafeBpfHandle _epoll;
    private int _next;
    private bool _disposed;

    /// <summary>Makes a reader of no map yet.</summary>
    /// <param name="handler">Takes the records.</param>
    /// <exception cref="BpfException">There is no descriptor or memory left for one.</exception>
    public RingBuffer(IRingBufferHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        _handler = handler;
        var epoll = Interop.epoll_create1(Interop.EpollCloseOnExec);
        if (epoll < 0)
            throw ErrorText.Make(BpfOperation.AccessMap, "ring buffer", Marshal.GetLastPInvokeError());
        _epoll = new SafeBpfHandle(epoll);
    }

    /// <summary>Frees what a reader holds that was not disposed of.</summary>
    ~RingBuffer() => Release();

    /// <summary>A descriptor that polls readable while there are records; not before a map was added.</summary>
    /// <exception cref="InvalidOperationException">No map was added yet.</exception>
    public int EpollFd
    {
        get
        {
            Demand();
            return (int)_epoll.DangerousGetHandle();
        }
    }

    /// <summary>Reads this map too. It is held until this reader is disposed of.</summary>
    /// <param name="map">A map of type <see cref="BpfMapType.RingBuffer"/>.</param>
    /// <exception cref="ArgumentException">It is a map of another type.</exception>
    /// <exception cref="BpfException">It cannot be mapped into this process.</exception>
    public void Add(BpfMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (map.Type != BpfMapType.RingBuffer)
            throw new ArgumentException($"Map {map.Name} is of type {map.Type}, not a ring buffer.", nameof(map));

        var held = false;
        SafeRingMemory? memory = null;
        map.Fd.DangerousAddRef(ref held);
        try
        {
            memory = SafeRingMemory.Map(map);
            Watch(map);
            _rings.Add((map.Fd, memory));
        }
        catch
        {
            memory?.Dispose();
            map.Fd.DangerousRelease();
            throw;
        }
    }

    /// <summary>Hands records to the handler, without waiting, until there are none.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="InvalidOperationException">No map was added yet.</exception>
    public int Consume()
    {
        var count = 0;
        while (Consume(int.MaxValue, out var passed) is var handed && passed > 0)
            count += handed;
        return count;
    }

    /// <summary>
    /// Hands some of the records that are there to the handler, without waiting; a few of each map in turn, so that one
    /// that is flooded does not keep the others waiting. <see cref="EpollFd"/> stays readable while there are more.
    /// </summary>
    /// <param name="most">How many records at the most, those that programs discarded included: looking at one costs time too.</param>
    /// <returns>How many were handed over. 0 does not mean that there are no more: all may have been discarded ones.</returns>
    /// <exception cref="InvalidOperationException">No map was added yet.</exception>
    public int Consume(int most) => Consume(most, out _);

    /// <summary>Waits for records and hands them to the handler, until there are none.</summary>
    /// <param name="timeoutMilliseconds">How long to wait; -1 for ever.</param>
    /// <returns>How many there were; 0 after the time or a signal.</returns>
    /// <exception cref="InvalidOperationException">No map was added yet.</exception>
    public int Poll(int timeoutMilliseconds)
    {
        var poll = new Interop.PollDescriptor { Descriptor = EpollFd, Events = Interop.PollIn };
        return Interop.poll(&poll, 1, timeoutMilliseconds) > 0 ? Consume() : 0;
    }

    /// <summary>Unmaps the maps.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Watch(BpfMap map)
    {
        var e = stackalloc byte[Interop.EpollEventSize];
        new Span<byte>(e, Interop.EpollEventSize).Clear();
        *(uint*)e = Interop.EpollIn;
        if (Interop.epoll_ctl((int)_epoll.DangerousGetHandle(), Interop.EpollAdd, (int)map.Fd.DangerousGetHandle(), e) < 0)
            throw ErrorText.Make(BpfOperation.AccessMap, map.Name, Marshal.GetLastPInvokeError(), mapName: map.Name);
    }

    /// <param name="most">How many records to look at.</param>
    /// <param name="passed">How many were looked at.</param>
    private int Consume(int most, out int passed)
    {
        Demand();
        passed = 0;
        var handed = 0;
        var idle = 0;
        while (passed < most && idle < _rings.Count)
        {
            var memory = _rings[_next].Memory;
            _next = (_next + 1) % _rings.Count;
            var before = passed;
            handed += Take(memory, Math.Min(Turn, most - passed), ref passed);
            idle = passed == before ? idle + 1 : 0;
        }

        return handed;
    }

    private int Take(SafeRingMemory memory, int most, ref int passed)
    {
        var handed = 0;
        // Only this thread moves it; the kernel must not see it move before the record was read.
        var position = memory.Read;
        var end = Volatile.Read(in memory.Written);
        for (var i = 0; i < most && position < end; i++)
        {
            var record = memory.At(position);
            var header = Volatile.Read(ref *(uint*)record);
            // It is being written. Those behind it wait, so that records come in order.
            if ((header & Busy) != 0)
                break;
            var length = header & ~(Busy | Discarded);
            // Records begin at multiples of eight bytes.
            position += (length + HeaderSize + 7) & ~7u;
            passed++;
            try
            {
                if ((header & Discarded) == 0)
                {
                    handed++;
                    _handler.OnRecord(new ReadOnlySpan<byte>(record + HeaderSize, (int)length));
                }
            }
            finally
            {
                Volatile.Write(ref memory.Read, position);
            }
        }

        return handed;
    }

    private void Release()
    {
        if (_disposed)
            return;
        _disposed = true;
        _epoll?.Dispose();
        foreach (var (map, memory) in _rings)
        {
            memory.Dispose();
            map.DangerousRelease();
        }
    }

    private void Demand()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_rings.Count == 0)
            throw new InvalidOperationException("No ring buffer map was added yet.");
    }
}
