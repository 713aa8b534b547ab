using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using BpfTune.Engine.Kernel;
using BpfTune.LibBpf;
using BpfTune.Sdk;
using static BpfTune.Engine.EngineBpf;

namespace BpfTune.Engine.Words;

/// <summary>The hints of bpf/engine.bpf.c: a map of what is managed, one entry for each sysctl written, a ring that tells of new ones.</summary>
internal sealed class WriteHints : IWriteHints, IRingBufferHandler, IDisposable
{
    private const int NameLength = 64;
    private const uint LossMark = uint.MaxValue;

    private readonly BpfLoadedObject _object;
    private readonly BpfMap _names;
    private readonly BpfMap<write_key, write_entry> _writes;
    private readonly BpfMap<write_key, write_entry> _tenants;
    private readonly RingBuffer _ring;
    private readonly List<string> _paths = [];
    private readonly Dictionary<string, uint> _numbers = [];

    internal WriteHints(CoreBpf core)
    {
        _object = core.Object;
        IsWatching = core.IsWatchingSysctls;
        _names = _object.Map("bpftune_names");
        _writes = new(_object.Map("bpftune_writes"));
        _tenants = new(_object.Map("bpftune_twrites"));
        _ring = new RingBuffer(this);
        _ring.Add(_object.Map("bpftune_wring"));
    }

    /// <inheritdoc/>
    public bool IsWatching { get; }

    /// <inheritdoc/>
    public Action<string, WriteSlot, uint>? Written { get; set; }

    /// <inheritdoc/>
    public Action<long>? Lost { get; set; }

    /// <summary>Readable when <see cref="Drain"/> has something to do.</summary>
    internal int PollFd => _ring.EpollFd;

    /// <inheritdoc/>
    public void Watch(string path)
    {
        if (!_numbers.TryGetValue(path, out var number))
        {
            _numbers[path] = number = (uint)_paths.Count;
            _paths.Add(path);
        }

        Span<byte> key = stackalloc byte[NameLength];
        if (TryKey(path, key))
            _names.Update(key, MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in number)));
    }

    /// <inheritdoc/>
    public void Ignore(string path)
    {
        Span<byte> key = stackalloc byte[NameLength];
        if (TryKey(path, key))
            _names.Delete(key);
    }

    /// <inheritdoc/>
    public void Drain() => _ring.Consume();

    /// <inheritdoc/>
    public WriteHint? Find(in WriteSlot slot)
    {
        if (!MapOf(slot).TryGetValue(KeyOf(slot), out var e))
            return null;
        return new WriteHint(
            e.count, e.mixed != 0, e.pid, e.comm.ToString(), e.tuner, e.time_ns, e.old_value.ToString(), e.new_value.ToString());
    }

    /// <inheritdoc/>
    public void Clear(in WriteSlot slot) => MapOf(slot).Remove(KeyOf(slot));

    /// <inheritdoc/>
    public void OnRecord(ReadOnlySpan<byte> record)
    {
        if (record.Length < Unsafe.SizeOf<write_event>())
            return;
        ref readonly var e = ref MemoryMarshal.AsRef<write_event>(record);
        if (e.key.name == LossMark)
        {
            // Taken back before the count is read: what is lost from now on is told of again.
            Volatile.Write(ref _object.Variable<uint>("bpftune_wtold"), 0);
            Lost?.Invoke(_object.Variable<uint>("bpftune_wlost"));
        }
        else if (e.key.name < _paths.Count)
        {
            var place = new NamespaceId(e.key.netns_inode, e.key.netns_cookie);
            Written?.Invoke(_paths[(int)e.key.name], new WriteSlot(place, e.key.name, e.tenant != 0), e.pid);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _ring.Dispose();

    private BpfMap<write_key, write_entry> MapOf(in WriteSlot slot) => slot.IsTenants ? _tenants : _writes;

    private static write_key KeyOf(in WriteSlot slot) =>
        new() { netns_inode = slot.Place.Inode, netns_cookie = slot.Place.Cookie, name = slot.Name };

    /// <summary>The name as bpf_sysctl_get_name() gives it. One that is too long for the map has the value alone to tell.</summary>
    private static bool TryKey(string path, Span<byte> key)
    {
        key.Clear();
        return Encoding.UTF8.TryGetBytes(path, key[..^1], out _);
    }
}
