using System.Buffers;

namespace BpfTune.LibBpf;

/// <summary>A map that holds a value per possible CPU for each key. Safe to use from several threads.</summary>
/// <typeparam name="TKey">A type of the key's size.</typeparam>
/// <typeparam name="TValue">A type of one CPU's value's size.</typeparam>
public sealed unsafe class BpfPerCpuMap<TKey, TValue>
    where TKey : unmanaged
    where TValue : unmanaged
{
    private const int StackLimit = 1024;

    private readonly int _stride;

    /// <summary>Gives types to a per-CPU map.</summary>
    /// <param name="untyped">The map, whose descriptor this uses and does not own.</param>
    /// <exception cref="ArgumentException">The sizes differ, or it is not a per-CPU map.</exception>
    public BpfPerCpuMap(BpfMap untyped)
    {
        ArgumentNullException.ThrowIfNull(untyped);
        untyped.CheckTypes(sizeof(TKey), sizeof(TValue), perCpu: true, typeof(TKey).Name, typeof(TValue).Name);
        Untyped = untyped;
        _stride = untyped.PerCpuStride;
        CpuCount = LibBpfRuntime.PossibleCpus;
    }

    /// <summary>The map over bytes.</summary>
    public BpfMap Untyped { get; }

    /// <summary>The map's name.</summary>
    public string Name => Untyped.Name;

    /// <summary>How many values there are to a key: the kernel's possible CPUs, which may be more than there are.</summary>
    public int CpuCount { get; }

    /// <summary>The keys, in the kernel's order.</summary>
    public BpfMapKeys<TKey> Keys => new(Untyped);

    /// <summary>Reads the values of all CPUs.</summary>
    /// <param name="key">The key.</param>
    /// <param name="values">At least <see cref="CpuCount"/> values, which are filled; by CPU number.</param>
    /// <returns>False when there is no such entry.</returns>
    /// <exception cref="BpfException">The map cannot be read.</exception>
    public bool TryGetValues(in TKey key, Span<TValue> values)
    {
        if (values.Length < CpuCount)
            throw new ArgumentException($"Map {Name} has a value for each of {CpuCount} CPUs.", nameof(values));

        var size = _stride * CpuCount;
        var rented = size > StackLimit ? ArrayPool<byte>.Shared.Rent(size) : null;
        try
        {
            var buffer = rented is null ? stackalloc byte[StackLimit] : rented;
            fixed (TKey* k = &key)
            fixed (byte* b = buffer)
            {
                if (!Untyped.Found(Interop.bpf_map_lookup_elem_flags(Untyped.Fd, (byte*)k, b, 0)))
                    return false;
                for (var cpu = 0; cpu < CpuCount; cpu++)
                    values[cpu] = *(TValue*)(b + (cpu * _stride));
            }

            return true;
        }
        finally
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Reads the values of all CPUs into a new array.</summary>
    /// <param name="key">The key.</param>
    /// <param name="values">The values by CPU number, when true is returned.</param>
    /// <exception cref="BpfException">The map cannot be read.</exception>
    public bool TryGetValues(in TKey key, out TValue[]? values)
    {
        var all = new TValue[CpuCount];
        values = TryGetValues(key, all) ? all : null;
        return values is not null;
    }

    /// <summary>Writes the values of all CPUs.</summary>
    /// <param name="key">The key.</param>
    /// <param name="values">Exactly <see cref="CpuCount"/> values.</param>
    /// <param name="expect">Whether the entry may, must or must not exist.</param>
    /// <exception cref="BpfException">The map is full (E2BIG), or the expectation failed (EEXIST, ENOENT).</exception>
    public void Set(in TKey key, ReadOnlySpan<TValue> values, MapUpdate expect = MapUpdate.Any)
    {
        if (values.Length != CpuCount)
            throw new ArgumentException($"Map {Name} takes a value for each of {CpuCount} CPUs.", nameof(values));

        var size = _stride * CpuCount;
        var rented = size > StackLimit ? ArrayPool<byte>.Shared.Rent(size) : null;
        try
        {
            var buffer = rented is null ? stackalloc byte[StackLimit] : rented;
            fixed (TKey* k = &key)
            fixed (byte* b = buffer)
            {
                for (var cpu = 0; cpu < CpuCount; cpu++)
                    *(TValue*)(b + (cpu * _stride)) = values[cpu];
                Untyped.Check(Interop.bpf_map_update_elem(Untyped.Fd, (byte*)k, b, (ulong)expect));
            }
        }
        finally
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Removes an entry.</summary>
    /// <param name="key">The key.</param>
    /// <returns>False when there was none.</returns>
    /// <exception cref="BpfException">The map cannot do so: an array's entries cannot be removed.</exception>
    public bool Remove(in TKey key)
    {
        fixed (TKey* k = &key)
            return Untyped.Found(Interop.bpf_map_delete_elem(Untyped.Fd, (byte*)k));
    }
}
