using System.Collections;

namespace BpfTune.LibBpf;

/// <summary>Goes through the entries of a map without allocating; an entry that vanishes meanwhile is passed over.</summary>
/// <typeparam name="TKey">A type of the key's size.</typeparam>
/// <typeparam name="TValue">A type of the value's size.</typeparam>
public struct BpfMapEnumerator<TKey, TValue> : IEnumerator<KeyValuePair<TKey, TValue>>
    where TKey : unmanaged
    where TValue : unmanaged
{
    private readonly BpfMap<TKey, TValue> _map;
    private BpfMapKeyEnumerator<TKey> _keys;
    private TValue _value;

    internal BpfMapEnumerator(BpfMap<TKey, TValue> map)
    {
        _map = map;
        _keys = new BpfMapKeyEnumerator<TKey>(map.Untyped);
    }

    /// <inheritdoc/>
    public readonly KeyValuePair<TKey, TValue> Current => new(_keys.Current, _value);

    readonly object IEnumerator.Current => Current;

    /// <inheritdoc/>
    public bool MoveNext()
    {
        while (_keys.MoveNext())
        {
            if (_map.TryGetValue(_keys.Current, out _value))
                return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public void Reset() => _keys.Reset();

    /// <inheritdoc/>
    public readonly void Dispose()
    {
    }
}
