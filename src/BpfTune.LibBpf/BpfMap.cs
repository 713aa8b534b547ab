using System.Runtime.InteropServices;

namespace BpfTune.LibBpf;

/// <summary>
/// A map in the kernel, over bytes. <see cref="Typed{TKey,TValue}"/> and <see cref="PerCpu{TKey,TValue}"/> give it types.
/// Safe to use from several threads.
/// </summary>
public sealed unsafe class BpfMap : IDisposable
{
    private BpfMap(SafeBpfHandle fd, in Interop.BpfMapInfo info, string name)
    {
        Fd = fd;
        Name = name;
        Type = (BpfMapType)info.Type;
        Id = info.Id;
        KeySize = (int)info.KeySize;
        ValueSize = (int)info.ValueSize;
        MaxEntries = (int)info.MaxEntries;
        Flags = (BpfMapFlags)info.Flags;
    }

    /// <summary>Its name: of a map of an object the whole name, of any other what the kernel keeps, 15 characters.</summary>
    public string Name { get; }

    /// <summary>The kernel's type.</summary>
    public BpfMapType Type { get; }

    /// <summary>The kernel's id, as 'bpftool map' shows it.</summary>
    public uint Id { get; }

    /// <summary>Bytes of a key.</summary>
    public int KeySize { get; }

    /// <summary>Bytes of a value; of one CPU's value in a per-CPU map.</summary>
    public int ValueSize { get; }

    /// <summary>How many entries it can hold; of a ring buffer, its size in bytes.</summary>
    public int MaxEntries { get; }

    /// <summary>The flags it was created with.</summary>
    public BpfMapFlags Flags { get; }

    /// <summary>Its descriptor.</summary>
    public SafeBpfHandle Fd { get; }

    /// <summary>Whether it holds a value per CPU for each key.</summary>
    public bool IsPerCpu => Type is BpfMapType.PerCpuArray or BpfMapType.PerCpuHash or BpfMapType.LruPerCpuHash
        or BpfMapType.PerCpuCgroupStorage;

    /// <summary>
    /// Bytes that a lookup fills and an update takes: the value's size, or in a per-CPU map that size rounded up to 8
    /// for each possible CPU.
    /// </summary>
    public int ValueBufferSize => IsPerCpu ? PerCpuStride * LibBpfRuntime.PossibleCpus : ValueSize;

    /// <summary>Kernel memory it takes, in bytes; null when /proc does not say.</summary>
    public long? MemoryLockBytes
    {
        get
        {
            var held = false;
            Fd.DangerousAddRef(ref held);
            try
            {
                return FdInfo.Read((int)Fd.DangerousGetHandle(), "memlock:");
            }
            finally
            {
                if (held)
                    Fd.DangerousRelease();
            }
        }
    }

    internal int PerCpuStride => (ValueSize + 7) & ~7;

    /// <summary>Creates a map that is no object's.</summary>
    /// <param name="type">The kernel's type.</param>
    /// <param name="name">Its name; the kernel keeps 15 characters and takes letters, digits, '_' and '.'.</param>
    /// <param name="keySize">Bytes of a key.</param>
    /// <param name="valueSize">Bytes of a value.</param>
    /// <param name="maxEntries">Most entries; for a ring buffer its bytes, a power of two of at least a page.</param>
    /// <param name="flags">Flags.</param>
    /// <exception cref="BpfException">The kernel refuses it.</exception>
    public static BpfMap Create(
        BpfMapType type, string name, int keySize, int valueSize, int maxEntries, BpfMapFlags flags = BpfMapFlags.None)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfNegative(keySize);
        ArgumentOutOfRangeException.ThrowIfNegative(valueSize);
        ArgumentOutOfRangeException.ThrowIfNegative(maxEntries);
        LibBpfRuntime.EnsureLoaded();
        var options = new Interop.BpfMapCreateOpts
        {
            Size = (nuint)sizeof(Interop.BpfMapCreateOpts),
            MapFlags = (uint)flags,
        };
        var fd = Interop.bpf_map_create(
            (int)type, name.Length > 15 ? name[..15] : name, (uint)keySize, (uint)valueSize, (uint)maxEntries, &options);
        return fd >= 0
            ? OfDescriptor(new SafeBpfHandle(fd), name)
            : throw ErrorText.Make(BpfOperation.CreateMap, name, fd, mapName: name);
    }

    /// <summary>Opens a map that is pinned on a BPF file system.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="BpfException">Nothing is pinned there, or not a map.</exception>
    public static BpfMap OpenPinned(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        LibBpfRuntime.EnsureLoaded();
        var fd = Interop.bpf_obj_get(path);
        return fd >= 0
            ? OfDescriptor(new SafeBpfHandle(fd), null)
            : throw ErrorText.Make(BpfOperation.OpenPinned, path, fd);
    }

    /// <summary>Opens a map by the kernel's id.</summary>
    /// <param name="id">The id.</param>
    /// <exception cref="BpfException">There is no such map.</exception>
    public static BpfMap OpenById(uint id)
    {
        LibBpfRuntime.EnsureLoaded();
        var fd = Interop.bpf_map_get_fd_by_id(id);
        return fd >= 0
            ? OfDescriptor(new SafeBpfHandle(fd), null)
            : throw ErrorText.Make(BpfOperation.Inspect, $"map {id}", fd);
    }

    /// <summary>Reads an entry.</summary>
    /// <param name="key">Exactly <see cref="KeySize"/> bytes.</param>
    /// <param name="value">Exactly <see cref="ValueBufferSize"/> bytes, which are filled.</param>
    /// <returns>False when there is no such entry.</returns>
    /// <exception cref="BpfException">The map cannot be read.</exception>
    public bool TryLookup(ReadOnlySpan<byte> key, Span<byte> value)
    {
        CheckSizes(key, value.Length);
        fixed (byte* k = key, v = value)
            return Found(Interop.bpf_map_lookup_elem_flags(Fd, k, v, 0));
    }

    /// <summary>Reads an entry and removes it in one step; a hash since kernel 5.14, queue and stack before.</summary>
    /// <param name="key">Exactly <see cref="KeySize"/> bytes.</param>
    /// <param name="value">Exactly <see cref="ValueBufferSize"/> bytes, which are filled.</param>
    /// <returns>False when there is no such entry.</returns>
    /// <exception cref="BpfException">The map cannot do so.</exception>
    public bool TryTake(ReadOnlySpan<byte> key, Span<byte> value)
    {
        CheckSizes(key, value.Length);
        fixed (byte* k = key, v = value)
            return Found(Interop.bpf_map_lookup_and_delete_elem(Fd, k, v));
    }

    /// <summary>Writes an entry.</summary>
    /// <param name="key">Exactly <see cref="KeySize"/> bytes.</param>
    /// <param name="value">Exactly <see cref="ValueBufferSize"/> bytes.</param>
    /// <param name="expect">Whether the entry may, must or must not exist.</param>
    /// <exception cref="BpfException">The map is full (E2BIG), or the expectation failed (EEXIST, ENOENT).</exception>
    public void Update(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, MapUpdate expect = MapUpdate.Any)
    {
        CheckSizes(key, value.Length);
        fixed (byte* k = key, v = value)
            Check(Interop.bpf_map_update_elem(Fd, k, v, (ulong)expect));
    }

    /// <summary>Removes an entry.</summary>
    /// <param name="key">Exactly <see cref="KeySize"/> bytes.</param>
    /// <returns>False when there was none.</returns>
    /// <exception cref="BpfException">The map cannot do so: an array's entries cannot be removed.</exception>
    public bool Delete(ReadOnlySpan<byte> key)
    {
        CheckSizes(key, ValueBufferSize);
        fixed (byte* k = key)
            return Found(Interop.bpf_map_delete_elem(Fd, k));
    }

    /// <summary>
    /// The keys, a copy of each. See <see cref="BpfMapKeyEnumerator{TKey}"/> for what holds while others change the map.
    /// </summary>
    /// <exception cref="BpfException">The map has no keys to go through.</exception>
    public IEnumerable<byte[]> Keys()
    {
        byte[]? current = null;
        for (var i = 0; i < MaxEntries; i++)
        {
            var next = new byte[KeySize];
            if (!TryGetNextKey(current, next))
                yield break;
            current = next;
            yield return [.. next];
        }
    }

    /// <summary>Goes through keys in the kernel's order.</summary>
    /// <param name="key">A key; empty to get the first. A key that is gone gives the first too.</param>
    /// <param name="next">Exactly <see cref="KeySize"/> bytes, which are filled.</param>
    /// <returns>False after the last.</returns>
    /// <exception cref="BpfException">The map has no keys to go through.</exception>
    public bool TryGetNextKey(ReadOnlySpan<byte> key, Span<byte> next)
    {
        if ((!key.IsEmpty && key.Length != KeySize) || next.Length != KeySize)
            throw new ArgumentException($"Map {Name} has keys of {KeySize} bytes.");
        fixed (byte* k = key, n = next)
            return Found(Interop.bpf_map_get_next_key(Fd, k, n));
    }

    /// <summary>The map with types. It stays this object's descriptor.</summary>
    /// <typeparam name="TKey">A type of the key's size.</typeparam>
    /// <typeparam name="TValue">A type of the value's size.</typeparam>
    /// <exception cref="ArgumentException">The sizes differ, or it is a per-CPU map.</exception>
    public BpfMap<TKey, TValue> Typed<TKey, TValue>()
        where TKey : unmanaged
        where TValue : unmanaged => new(this);

    /// <summary>The per-CPU map with types. It stays this object's descriptor.</summary>
    /// <typeparam name="TKey">A type of the key's size.</typeparam>
    /// <typeparam name="TValue">A type of the value's size.</typeparam>
    /// <exception cref="ArgumentException">The sizes differ, or it is not a per-CPU map.</exception>
    public BpfPerCpuMap<TKey, TValue> PerCpu<TKey, TValue>()
        where TKey : unmanaged
        where TValue : unmanaged => new(this);

    /// <summary>Pins it on a BPF file system, where it outlives this process.</summary>
    /// <param name="path">A path that does not exist yet, in a directory that does.</param>
    /// <exception cref="BpfException">It cannot be pinned there.</exception>
    public void Pin(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var error = Interop.bpf_obj_pin(Fd, path);
        if (error < 0)
            throw ErrorText.Make(BpfOperation.Pin, Name, error, mapName: Name);
    }

    /// <summary>Closes the descriptor. Of a map of an object, the object does so.</summary>
    public void Dispose() => Fd.Dispose();

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Type})";

    internal static BpfMap OfObject(nint map, int fd) =>
        OfDescriptor(SafeBpfHandle.Duplicate(fd), Marshal.PtrToStringUTF8((nint)Interop.bpf_map__name(map)));

    internal bool Found(int result)
    {
        if (result >= 0)
            return true;
        return result == -Errno.ENOENT ? false : throw Failure(result);
    }

    internal void Check(int result)
    {
        if (result < 0)
            throw Failure(result);
    }

    internal void CheckTypes(int keySize, int valueSize, bool perCpu, string key, string value)
    {
        if (keySize != KeySize || valueSize != ValueSize)
        {
            throw new ArgumentException(
                $"Map {Name} has keys of {KeySize} and values of {ValueSize} bytes; {key} has {keySize} and {value} {valueSize}.");
        }

        if (perCpu != IsPerCpu)
            throw new ArgumentException($"Map {Name} ({Type}) {(IsPerCpu ? "has" : "does not have")} a value per CPU.");
    }

    private static BpfMap OfDescriptor(SafeBpfHandle handle, string? name)
    {
        try
        {
            Interop.BpfMapInfo info = default;
            var size = (uint)sizeof(Interop.BpfMapInfo);
            var error = Interop.bpf_obj_get_info_by_fd((int)handle.DangerousGetHandle(), &info, &size);
            if (error < 0)
                throw ErrorText.Make(BpfOperation.Inspect, name ?? "map", error);
            return new BpfMap(handle, info, name ?? Marshal.PtrToStringUTF8((nint)info.Name) ?? string.Empty);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private BpfException Failure(int error) => ErrorText.Make(BpfOperation.AccessMap, Name, error, mapName: Name);

    private void CheckSizes(ReadOnlySpan<byte> key, int valueLength)
    {
        if (key.Length != KeySize || valueLength != ValueBufferSize)
        {
            throw new ArgumentException(
                $"Map {Name} takes keys of {KeySize} and values of {ValueBufferSize} bytes, not {key.Length} and {valueLength}.");
        }
    }
}
