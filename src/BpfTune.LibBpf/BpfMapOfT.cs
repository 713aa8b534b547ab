using System.Collections;

namespace BpfTune.LibBpf;

/// <summary>A map over unmanaged types. Safe to use from several threads.</summary>
/// <typeparam name="TKey">A type of the key's size.</typeparam>
/// <typeparam name="TValue">A type of the value's size.</typeparam>
public sealed unsafe class BpfMap<TKey, TValue> : IEnumerable<KeyValuePair<TKey, TValue>>
    where TKey : unmanaged
    where TValue : unmanaged
{
    private readonly SafeBpfHandle _fd;

    /// <summary>Gives types to a map.</summary>
    /// <param name="untyped">The map, whose descriptor this uses and does not own.</param>
    /// <exception cref="ArgumentException">The sizes differ, or it is a per-CPU map.</exception>
    public BpfMap(BpfMap untyped)
    {
        ArgumentNullException.ThrowIfNull(untyped);
        untyped.CheckTypes(sizeof(TKey), sizeof(TValue), perCpu: false, typeof(TKey).Name, typeof(TValue).Name);
        Untyped = untyped;
        _fd = untyped.Fd;
    }

    /// <summary>The map over bytes.</summary>
    public BpfMap Untyped { get; }

    /// <summary>The map's name.</summary>
    public string Name => Untyped.Name;

    /// <summary>
    /// The keys, in the kernel's order. See <see cref="BpfMapKeyEnumerator{TKey}"/> for what holds while others change
    /// the map.
    /// </summary>
    public BpfMapKeys<TKey> Keys => new(Untyped);

    /// <summary>The value of an entry; setting creates or replaces it.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="KeyNotFoundException">There is no such entry.</exception>
    /// <exception cref="BpfException">The map cannot be accessed, or is full (E2BIG).</exception>
    public TValue this[in TKey key]
    {
        get => TryGetValue(key, out var value)
            ? value
            : throw new KeyNotFoundException($"Map {Name} has no entry {key}.");
        set => Set(key, value);
    }

    /// <summary>Reads an entry.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; default when false is returned.</param>
    /// <exception cref="BpfException">The map cannot be read.</exception>
    public bool TryGetValue(in TKey key, out TValue value)
    {
        fixed (TKey* k = &key)
        fixed (TValue* v = &value)
        {
            if (Untyped.Found(Interop.bpf_map_lookup_elem_flags(_fd, (byte*)k, (byte*)v, 0)))
                return true;
        }

        value = default;
        return false;
    }

    /// <summary>Reads an entry and removes it in one step; a hash since kernel 5.14.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; default when false is returned.</param>
    /// <exception cref="BpfException">The map cannot do so.</exception>
    public bool TryTake(in TKey key, out TValue value)
    {
        fixed (TKey* k = &key)
        fixed (TValue* v = &value)
        {
            if (Untyped.Found(Interop.bpf_map_lookup_and_delete_elem(_fd, (byte*)k, (byte*)v)))
                return true;
        }

        value = default;
        return false;
    }

    /// <summary>Writes an entry.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="expect">Whether the entry may, must or must not exist.</param>
    /// <exception cref="BpfException">The map is full (E2BIG), or the expectation failed (EEXIST, ENOENT).</exception>
    public void Set(in TKey key, in TValue value, MapUpdate expect = MapUpdate.Any)
    {
        fixed (TKey* k = &key)
        fixed (TValue* v = &value)
            Untyped.Check(Interop.bpf_map_update_elem(_fd, (byte*)k, (byte*)v, (ulong)expect));
    }

    /// <summary>Removes an entry.</summary>
    /// <param name="key">The key.</param>
    /// <returns>False when there was none.</returns>
    /// <exception cref="BpfException">The map cannot do so: an array's entries cannot be removed.</exception>
    public bool Remove(in TKey key)
    {
        fixed (TKey* k = &key)
            return Untyped.Found(Interop.bpf_map_delete_elem(_fd, (byte*)k));
    }

    /// <summary>
    /// Goes through the entries without allocating. See <see cref="BpfMapKeyEnumerator{TKey}"/> for what holds while
    /// others change the map.
    /// </summary>
    public BpfMapEnumerator<TKey, TValue> GetEnumerator() => new(this);

    IEnumerator<KeyValuePair<TKey, TValue>> IEnumerable<KeyValuePair<TKey, TValue>>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
