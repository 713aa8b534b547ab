using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>
/// Reads records that BPF programs submit to ring buffer maps (BPF_MAP_TYPE_RINGBUF). One thread at a time; no
/// allocation per record.
/// </summary>
public sealed unsafe class RingBuffer : IDisposable
{
    private readonly IRingBufferHandler _handler;
    private readonly List<SafeBpfHandle> _maps = [];
    private GCHandle _self;
    private SafeRingBufferHandle? _ring;
    private ExceptionDispatchInfo? _failure;
    private bool _disposed;

    /// <summary>Makes a reader of no map yet.</summary>
    /// <param name="handler">Takes the records.</param>
    public RingBuffer(IRingBufferHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        _handler = handler;
        // Weak, so that a reader nobody disposed of can be finalized: it is alive while it consumes.
        _self = GCHandle.Alloc(this, GCHandleType.Weak);
    }

    /// <summary>Frees what a reader holds that was not disposed of.</summary>
    ~RingBuffer() => Release();

    /// <summary>A descriptor that polls readable when there are records; not before a map was added.</summary>
    /// <exception cref="InvalidOperationException">No map was added yet.</exception>
    public int EpollFd => Interop.ring_buffer__epoll_fd(Ring());

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
        map.Fd.DangerousAddRef(ref held);
        var errno = 0;
        if (_ring is null)
        {
            var ring = Interop.ring_buffer__new(map.Fd, &OnRecord, GCHandle.ToIntPtr(_self), null);
            errno = ring == 0 ? Marshal.GetLastPInvokeError() : 0;
            if (ring != 0)
                _ring = new SafeRingBufferHandle(ring);
        }
        else
        {
            errno = -Math.Min(0, Interop.ring_buffer__add(_ring, map.Fd, &OnRecord, GCHandle.ToIntPtr(_self)));
        }

        if (errno != 0)
        {
            map.Fd.DangerousRelease();
            throw ErrorText.Make(BpfOperation.AccessMap, map.Name, errno, mapName: map.Name);
        }

        _maps.Add(map.Fd);
    }

    /// <summary>Hands all records that are there to the handler, without waiting.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="InvalidOperationException">No map was added yet.</exception>
    public int Consume() => Result(Interop.ring_buffer__consume(Ring()));

    /// <summary>Waits for records and hands them to the handler.</summary>
    /// <param name="timeoutMilliseconds">How long to wait; -1 for ever.</param>
    /// <returns>How many there were; 0 after the time or a signal.</returns>
    /// <exception cref="InvalidOperationException">No map was added yet.</exception>
    public int Poll(int timeoutMilliseconds) => Result(Interop.ring_buffer__poll(Ring(), timeoutMilliseconds));

    /// <summary>Unmaps the maps.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnRecord(nint context, byte* data, nuint size)
    {
        var self = Unsafe.As<RingBuffer>(GCHandle.FromIntPtr(context).Target!);
        try
        {
            self._handler.OnRecord(new ReadOnlySpan<byte>(data, (int)size));
            return 0;
        }
#pragma warning disable CA1031 // Kept and thrown again once libbpf's frames are left.
        catch (Exception e)
#pragma warning restore CA1031
        {
            self._failure = ExceptionDispatchInfo.Capture(e);
            return -Errno.EIO;
        }
    }

    private SafeRingBufferHandle Ring()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _ring ?? throw new InvalidOperationException("No ring buffer map was added yet.");
    }

    private int Result(int result)
    {
        if (_failure is { } failure)
        {
            _failure = null;
            failure.Throw();
        }

        if (result >= 0)
            return result;
        return result == -Errno.EINTR ? 0 : throw ErrorText.Make(BpfOperation.AccessMap, "ring buffer", result);
    }

    private void Release()
    {
        if (_disposed)
            return;
        _disposed = true;
        _ring?.Dispose();
        foreach (var map in _maps)
            map.DangerousRelease();
        if (_self.IsAllocated)
            _self.Free();
    }
}
