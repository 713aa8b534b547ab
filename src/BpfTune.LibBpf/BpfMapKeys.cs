using System.Collections;

namespace BpfTune.LibBpf;

/// <summary>The keys of a map, each time it is gone through.</summary>
/// <typeparam name="TKey">A type of the key's size.</typeparam>
public readonly struct BpfMapKeys<TKey> : IEnumerable<TKey>
    where TKey : unmanaged
{
    private readonly BpfMap _map;

    internal BpfMapKeys(BpfMap map) => _map = map;

    /// <summary>Goes through the keys without allocating.</summary>
    public BpfMapKeyEnumerator<TKey> GetEnumerator() => new(_map);

    IEnumerator<TKey> IEnumerable<TKey>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
