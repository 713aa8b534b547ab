using BpfTune.Engine.Words;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Words;

/// <summary>What bpf/engine.bpf.c keeps: one entry for each sysctl written, told of once.</summary>
internal sealed class FakeHints(TimeProvider time) : IWriteHints
{
    private readonly Dictionary<WriteSlot, WriteHint> _entries = [];
    private readonly Queue<(string Path, WriteSlot Slot)> _ring = [];
    private readonly List<string> _paths = [];
    private long _lost;
    private bool _tellLoss;

    /// <summary>Whether writes go unseen.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>Whether there is no room for one more.</summary>
    public bool IsFull { get; set; }

    public bool IsWatching => true;

    public Action<string, WriteSlot, uint>? Written { get; set; }

    public Action<long>? Lost { get; set; }

    public int Entries => _entries.Count;

    public void Watch(string path) => _paths.Add(path);

    public void Ignore(string path) => _paths.Remove(path);

    public void Drain()
    {
        while (_ring.TryDequeue(out var next))
            Written!(next.Path, next.Slot, 0);
        if (_tellLoss)
        {
            _tellLoss = false;
            Lost!(_lost);
        }
    }

    public WriteHint? Find(in WriteSlot slot) => _entries.TryGetValue(slot, out var hint) ? hint : null;

    public void Clear(in WriteSlot slot) => _entries.Remove(slot);

    /// <summary>The kernel is about to store a value.</summary>
    public void Tell(Tunable tunable, NamespaceId place, string old, string written, string command = "sysctl", uint pid = 4242)
    {
        var path = tunable.Name.Replace('.', '/');
        if (IsDeaf || !_paths.Contains(path))
            return;
        var slot = new WriteSlot(place, (uint)_paths.IndexOf(path), false);
        var isTuner = command == "bpftune";
        var now = KnownValues.Nanoseconds(time);
        if (_entries.TryGetValue(slot, out var seen))
        {
            _entries[slot] = isTuner
                ? seen with { TunerPid = pid }
                : seen with
                {
                    Count = seen.Count + 1,
                    IsMixed = seen.IsMixed || (seen.Count > 0 && seen.New != written),
                    Pid = pid,
                    Command = command,
                    TimeNs = now,
                    New = written,
                };
            return;
        }

        if (IsFull)
        {
            _lost++;
            _tellLoss = true;
            return;
        }

        _entries[slot] = new WriteHint(isTuner ? 0u : 1u, false, pid, command, isTuner ? pid : 0, now, old, written);
        _ring.Enqueue((path, slot));
    }
}
