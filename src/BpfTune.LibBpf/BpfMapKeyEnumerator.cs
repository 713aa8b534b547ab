using System.Collections;

namespace BpfTune.LibBpf;

/// <summary>Goes through the keys of a map without allocating.</summary>
/// <remarks>
/// The next key is taken before the current one is given out, so the current one may be removed. Others may change the
/// map meanwhile: an entry that stays is seen at least once as long as the key after the current one is not removed;
/// when it is, the kernel starts anew and keys may come twice. It ends after as many keys as the map can hold.
/// </remarks>
/// <typeparam name="TKey">A type of the key's size.</typeparam>
public unsafe struct BpfMapKeyEnumerator<TKey> : IEnumerator<TKey>
    where TKey : unmanaged
{
    private readonly BpfMap _map;
    private TKey _current;
    private TKey _next;
    private int _left;
    private bool _started;
    private bool _hasNext;

    internal BpfMapKeyEnumerator(BpfMap map)
    {
        if (map.KeySize != sizeof(TKey))
            throw new ArgumentException($"Map {map.Name} has keys of {map.KeySize} bytes, {typeof(TKey).Name} has {sizeof(TKey)}.");
        _map = map;
        _left = map.MaxEntries;
    }

    /// <inheritdoc/>
    public readonly TKey Current => _current;

    readonly object IEnumerator.Current => _current;

    /// <inheritdoc/>
    public bool MoveNext()
    {
        if (!_started)
        {
            _started = true;
            _hasNext = Advance(first: true);
        }

        if (!_hasNext || _left-- <= 0)
            return false;
        _current = _next;
        _hasNext = Advance(first: false);
        return true;
    }

    /// <inheritdoc/>
    public void Reset()
    {
        _started = false;
        _left = _map.MaxEntries;
    }

    /// <inheritdoc/>
    public readonly void Dispose()
    {
    }

    private bool Advance(bool first)
    {
        fixed (TKey* current = &_current, next = &_next)
        {
            return _map.Found(
                Interop.bpf_map_get_next_key(_map.Fd, first ? null : (byte*)current, (byte*)next));
        }
    }
}
