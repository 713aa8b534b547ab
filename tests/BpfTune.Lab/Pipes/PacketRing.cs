using System.Runtime.InteropServices;

namespace BpfTune.Lab;

/// <summary>
/// Packets in the order of their arrival, each with the time at which it is due, in one block of native memory. Used by
/// one thread alone.
/// </summary>
internal sealed unsafe class PacketRing : IDisposable
{
    private const int HeaderSize = 16;
    private const int Alignment = 16;
    private const int WrapMark = -1;

    private readonly int _capacity;
    private byte* _memory;
    private int _head;
    private int _tail;
    private int _used;

    internal PacketRing(int capacity)
    {
        _capacity = capacity;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)capacity, 4096);
    }

    ~PacketRing() => Free();

    internal bool IsEmpty => _used == 0;

    /// <summary>Bytes in use, headers among them.</summary>
    internal int Used => _used;

    /// <summary>Room for one packet of at most that many bytes; null when there is none. Nothing is taken until <see cref="Commit"/>.</summary>
    internal byte* Reserve(int maximum)
    {
        int need = SizeOf(maximum);
        if (_used == 0)
        {
            // Start anew: a quiet pipe keeps to memory that is in the cache.
            _head = _tail = 0;
        }

        int contiguous = _tail >= _head && _used < _capacity ? _capacity - _tail : _head - _tail;
        if (need <= contiguous)
        {
            return _memory + _tail + HeaderSize;
        }

        if (_tail > _head && need <= _head)
        {
            *(int*)(_memory + _tail) = WrapMark;
            _used += _capacity - _tail;
            _tail = 0;
            return _memory + HeaderSize;
        }

        return null;
    }

    /// <summary>Takes the packet that was written to the reserved room.</summary>
    internal void Commit(int length, long due)
    {
        byte* record = _memory + _tail;
        *(int*)record = length;
        *(long*)(record + 8) = due;
        int size = SizeOf(length);
        _used += size;
        _tail += size;
        if (_tail == _capacity)
        {
            _tail = 0;
        }
    }

    /// <summary>The oldest packet.</summary>
    internal bool TryPeek(out byte* packet, out int length, out long due)
    {
        if (_used > 0 && (_head == _capacity || *(int*)(_memory + _head) == WrapMark))
        {
            _used -= _capacity - _head;
            _head = 0;
        }

        if (_used == 0)
        {
            packet = null;
            length = 0;
            due = 0;
            return false;
        }

        byte* record = _memory + _head;
        packet = record + HeaderSize;
        length = *(int*)record;
        due = *(long*)(record + 8);
        return true;
    }

    /// <summary>Drops the oldest packet, which must have been peeked at.</summary>
    internal void Advance()
    {
        int size = SizeOf(*(int*)(_memory + _head));
        _used -= size;
        _head += size;
        if (_head == _capacity)
        {
            _head = 0;
        }
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }

    private static int SizeOf(int length) => (HeaderSize + length + Alignment - 1) & -Alignment;
}
