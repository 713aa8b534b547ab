using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tuning;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Words;

/// <summary>
/// Finds out when somebody else has set a tunable. A value that is not the one known, or a hint that one was written,
/// raises a suspicion; for as long as that stands nothing is tuned there, and when the writes have settled it is judged.
/// Called from the engine's loop thread.
/// </summary>
internal sealed class WordWatch
{
    /// <summary>A burst of writes is over when nothing was written for so long.</summary>
    internal static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    /// <summary>Writes that do not end are judged after so long by what stands then.</summary>
    internal static readonly TimeSpan LongestBurst = TimeSpan.FromSeconds(5);

    /// <summary>Where writes go on and on, it is looked this seldom at last.</summary>
    internal static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>A namespace that nothing has led to for so long is given up; nothing is tuned in one either.</summary>
    internal static readonly TimeSpan Unreachable = TimeSpan.FromMinutes(2);

    /// <summary>Suspicions judged in one round of the loop.</summary>
    internal const int Batch = 32;

    private static readonly TimeSpan BetweenBatches = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LossInterval = TimeSpan.FromMinutes(1);
    private const int TunerCapacity = 64;

    private readonly KnownValues _known;
    private readonly OverrideRegistry _overrides;
    private readonly Journal _journal;
    private readonly ITunableStore _store;
    private readonly IWriteHints _hints;
    private readonly NetworkNamespace _global;
    private readonly Func<TimeSpan, Action, IDisposable> _after;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Dictionary<(uint Inode, string Tunable), Suspicion> _suspicions = [];
    private readonly PriorityQueue<Suspicion, TimeSpan> _queue = new();
    private readonly HashSet<uint> _tuners = [];
    private IDisposable? _timer;
    private TimeSpan _timerDue;
    private TimeSpan? _lossTold;

    internal WordWatch(
        KnownValues known,
        OverrideRegistry overrides,
        Journal journal,
        ITunableStore store,
        IWriteHints hints,
        NetworkNamespace global,
        Func<TimeSpan, Action, IDisposable> after,
        TimeProvider time,
        ILogger log)
    {
        _known = known;
        _overrides = overrides;
        _journal = journal;
        _store = store;
        _hints = hints;
        _global = global;
        _after = after;
        _time = time;
        _log = log;
        hints.Written = OnWritten;
        hints.Lost = OnLost;
        overrides.Managed = OnManaged;
        overrides.Unmanaged = hints.Ignore;
    }

    /// <summary>Told of each tuner that stops somewhere.</summary>
    public Action<AdministratorOverride>? Stopped { get; set; }

    /// <summary>Asked to read all managed values again, everywhere or where nothing is named.</summary>
    public Action? LookEverywhere { get; set; }

    /// <summary>Finds the namespace of a hint; null when it is gone or nothing leads to it.</summary>
    public Func<WriteSlot, uint, NetworkNamespace?>? Resolve { get; set; }

    /// <summary>Tunables about which somebody's word is not yet made out.</summary>
    internal int Open => _suspicions.Count;

    /// <summary>Takes up the hints that have come.</summary>
    public void Process() => _hints.Drain();

    /// <summary>Whether a tuner must wait, because somebody seems to be setting the tunable just now.</summary>
    internal bool MustWait(Tunable tunable, NetworkNamespace where) =>
        _suspicions.TryGetValue((where.Id.Inode, tunable.Name), out var suspicion) && !suspicion.IsJudged;

    /// <summary>Whether a value found is the one known; if not, somebody is suspected.</summary>
    internal bool IsExpected(Tunable tunable, NetworkNamespace where, TunableValue found)
    {
        // What stands in the middle of a burst is not where it began: the hint knows that better.
        var isHinted = _suspicions.TryGetValue((where.Id.Inode, tunable.Name), out var open) && open.Slot is not null;
        if (isHinted && _known.Find(where.Id, tunable.Name) is null)
            return false;
        if (_known.IsExpected(tunable, where.Id, found))
            return true;
        Suspect(tunable, where.Id.Inode).Where = where;
        return false;
    }

    /// <summary>Takes note of a write of ours.</summary>
    /// <returns>What came of it: the value read back, unless that must be somebody else's.</returns>
    internal TunableValue Wrote(Tunable tunable, NetworkNamespace where, TunableUpdate update)
    {
        var ours = _known.Wrote(where.Id, tunable.Name, update);
        IsExpected(tunable, where, update.After);
        return ours;
    }

    /// <summary>Reads all that is managed in a namespace and compares.</summary>
    internal void Look(NetworkNamespace where)
    {
        _hints.Drain();
        foreach (var tunable in _overrides.ManagedTunables)
        {
            if (tunable.Scope == TunableScope.Namespace || where.IsGlobal)
                Look(tunable, where);
        }
    }

    /// <summary>Every namespace that waited for a look has had one.</summary>
    internal void Swept(int namespaces) => WordLog.Swept(_log, namespaces);

    /// <summary>What stands is taken for known: the administrator has given a tuner back, or values were put back.</summary>
    internal void Accept(string tunable, NamespaceId place, TunableValue value, TunableValue? original)
    {
        _known.Accept(place, tunable, value);
        if (_suspicions.Remove((place.Inode, tunable), out var suspicion) && suspicion.Slot is { } slot)
            _hints.Clear(slot);
        if (original is null || _journal.State.Find(place, tunable) is not { } trail || trail.IsOurs(value.Text))
            return;
        _journal.Note(_journal.Next(JournalKind.Kept) with
        {
            Tuner = trail.Tuner,
            Tunable = tunable,
            Namespace = trail.Namespace,
            Old = original.Text,
            New = value.Text,
            Changes = trail.Changes,
        });
    }

    /// <summary>A tuner may tune again: what stands now is what it goes on from.</summary>
    /// <param name="tuner">The tuner.</param>
    /// <param name="where">Where it had stopped.</param>
    /// <param name="set">Full names of what had been set there; the tuner itself need not be loaded.</param>
    internal void OnResumed(string tuner, NetworkNamespace where, IEnumerable<string> set)
    {
        var managed = _overrides.TunablesOf(tuner).Where(t => t.Scope == TunableScope.Namespace || where.IsGlobal);
        foreach (var name in managed.Select(t => t.Name).Union(set))
        {
            if (TryRead(new Tunable(name, TunableScope.Namespace, TunableUnit.Text, ""), where, out var value))
                Accept(name, where.Id, value, value);
        }
    }

    internal void NamespaceGone(NetworkNamespace gone)
    {
        _known.Forget(gone.Id);
        foreach (var key in _suspicions.Keys.Where(k => k.Inode == gone.Id.Inode).ToArray())
            Drop(_suspicions[key]);
    }

    /// <summary>Judges all that is open: the daemon stops, and nobody's word may be lost by that.</summary>
    internal void Flush()
    {
        _hints.Drain();
        foreach (var suspicion in _suspicions.Values.ToArray())
            Judge(suspicion, isSettled: true);
        _timer?.Dispose();
        _timer = null;
    }

    private TimeSpan Now => _time.GetElapsedTime(0);

    private void OnManaged(Tunable tunable)
    {
        _hints.Watch(SysctlWrites.PathOf(tunable.Name));
        Look(tunable, _global);
        LookEverywhere?.Invoke();
    }

    private void OnWritten(string path, WriteSlot slot, uint process)
    {
        if (_overrides.FindManaged(path) is not { } tunable)
        {
            _hints.Clear(slot);
            return;
        }

        var isMachines = tunable.Scope == TunableScope.Machine;
        if (slot.Place.Inode == 0 && !isMachines)
        {
            // Whose it was cannot be told: the values tell.
            _hints.Clear(slot);
            LookEverywhere?.Invoke();
            return;
        }

        var suspicion = Suspect(tunable, isMachines ? _global.Id.Inode : slot.Place.Inode);
        suspicion.Process = process;
        if (isMachines)
            suspicion.Where = _global;

        // A name that in some other namespace stands for something of its own says nothing of the machine's.
        if (isMachines && slot.Place.Inode != 0 && slot.Place.Inode != _global.Id.Inode)
            _hints.Clear(slot);
        else
            suspicion.Slot = slot;
    }

    private void OnLost(long count)
    {
        if (_lossTold is null || Now - _lossTold >= LossInterval)
        {
            _lossTold = Now;
            WordLog.Lost(_log, count);
        }

        LookEverywhere?.Invoke();
    }

    private void Look(Tunable tunable, NetworkNamespace where)
    {
        if (TryRead(tunable, where, out var value))
            IsExpected(tunable, where, value);
    }

    private Suspicion Suspect(Tunable tunable, uint inode)
    {
        var key = (inode, tunable.Name);
        if (_suspicions.TryGetValue(key, out var known))
            return known;
        var suspicion = _suspicions[key] = new Suspicion(tunable, inode, Now);
        Enqueue(suspicion);
        return suspicion;
    }

    private void Enqueue(Suspicion suspicion)
    {
        _queue.Enqueue(suspicion, suspicion.Due);
        Arm(suspicion.Due);
    }

    private void Arm(TimeSpan due)
    {
        if (_timer is not null && _timerDue <= due)
            return;
        _timer?.Dispose();
        _timerDue = due;
        _timer = _after(due > Now ? due - Now : TimeSpan.Zero, OnTimer);
    }

    private void OnTimer()
    {
        _timer = null;
        _hints.Drain();
        for (var i = 0; i < Batch && _queue.TryPeek(out var next, out var due) && due <= Now; i++)
        {
            _queue.Dequeue();
            if (_suspicions.GetValueOrDefault((next.Inode, next.Tunable.Name)) == next)
                Consider(next);
        }

        if (_queue.TryPeek(out _, out var rest))
            Arm(rest > Now ? rest : Now + BetweenBatches);
    }

    private void Consider(Suspicion suspicion)
    {
        var writes = suspicion.Slot is { } slot && _hints.Find(slot) is { } hint ? hint.Count + Math.Min(hint.TunerPid, 1) : 0;
        var isSettled = writes == suspicion.Writes || (suspicion.Writes == 0 && writes <= 1);
        suspicion.Writes = writes;
        if (!isSettled && Now - suspicion.Since < LongestBurst)
        {
            suspicion.Due = Now + Settling;
            Enqueue(suspicion);
            return;
        }

        suspicion.Where ??= suspicion.Slot is { } place ? Resolve?.Invoke(place, suspicion.Process) : null;
        if (suspicion.Where is null && Now - suspicion.Since < Unreachable)
        {
            // Which namespace it is may be found out later only: not every search looks at all processes.
            Pause(suspicion);
            return;
        }

        Judge(suspicion, isSettled);
        if (isSettled)
            return;

        // Writes that never end: what stood was judged, and they are looked at again, ever more seldom.
        suspicion.IsJudged = true;
        Pause(suspicion);
    }

    private void Pause(Suspicion suspicion)
    {
        suspicion.Pause = suspicion.Pause * 2 < LongestPause ? suspicion.Pause * 2 : LongestPause;
        suspicion.Due = Now + suspicion.Pause;
        Enqueue(suspicion);
    }

    private void Judge(Suspicion suspicion, bool isSettled)
    {
        var hint = suspicion.Slot is { } slot ? _hints.Find(slot) : null;
        if (isSettled)
            Drop(suspicion);
        suspicion.Where ??= suspicion.Slot is { } place ? Resolve?.Invoke(place, suspicion.Process) : null;
        if (suspicion.Where is not { } where || !TryRead(suspicion.Tunable, where, out var current))
            return;
        var (tunable, id) = (suspicion.Tunable, where.Id);
        var known = _known.Find(id, tunable.Name);
        if (known is null && hint is { } first && _journal.State.Find(id, tunable.Name) is null && TryParse(first.Old, out var old))
        {
            _known.Accept(id, tunable.Name, old);
            known = new KnownValue(old);
        }

        var isExpected = _known.IsExpected(tunable, id, current);
        var original = _journal.State.Find(id, tunable.Name) is { } trail ? TunableValue.Parse(trail.Original) : null;
        var verdict = WordJudge.Judge(known, current, isExpected, hint, original);
        switch (verdict.Kind)
        {
            case WordKind.Word:
                Stop(tunable, where, known, current, hint, verdict);
                break;
            case WordKind.Overwritten when PutBack(tunable, where, current, verdict.Value!):
                Stop(tunable, where, known, verdict.Value!, hint, verdict);
                break;
            case WordKind.OtherTuner:
                Accept(tunable.Name, id, current, original);
                if (_tuners.Count < TunerCapacity && _tuners.Add(hint!.Value.TunerPid))
                    WordLog.OtherTuner(_log, hint.Value.TunerPid, tunable.Name, where.Phrase);
                break;
            case WordKind.BootValue when !isExpected:
                Accept(tunable.Name, id, current, current);
                WordLog.BootValue(_log, tunable.Name, where.Phrase, current.Text);
                break;
            default:
                WordLog.NoWord(_log, tunable.Name, where.Phrase);
                break;
        }
    }

    private void Stop(
        Tunable tunable, NetworkNamespace where, KnownValue? known, TunableValue value, WriteHint? hint, WordVerdict verdict)
    {
        _known.Accept(where.Id, tunable.Name, value);
        var writer = verdict.IsSeen && hint is { } seen ? seen : default;
        foreach (var made in _overrides.Stop(tunable, where, writer.Pid, writer.Command ?? "", known?.Value.Text ?? "", value.Text))
            Stopped?.Invoke(made);
    }

    /// <summary>His value in place of ours. False when the kernel refuses it: then it had refused him too, and it was no word.</summary>
    private bool PutBack(Tunable tunable, NetworkNamespace where, TunableValue ours, TunableValue his)
    {
        try
        {
            return _store.Update(tunable, where, current => current.Equals(ours) ? his : null).After.Equals(his);
        }
        catch (Exception exception) when (exception is SysctlException or NamespaceException)
        {
            WordLog.Unreadable(_log, exception.Message);
            return false;
        }
    }

    private bool TryRead(Tunable tunable, NetworkNamespace where, out TunableValue value)
    {
        try
        {
            return _store.TryRead(tunable, where, out value!);
        }
        catch (Exception exception) when (exception is SysctlException or NamespaceException)
        {
            WordLog.Unreadable(_log, exception.Message);
            value = null!;
            return false;
        }
    }

    private void Drop(Suspicion suspicion)
    {
        _suspicions.Remove((suspicion.Inode, suspicion.Tunable.Name));
        if (suspicion.Slot is { } slot)
            _hints.Clear(slot);
    }

    /// <summary>A text of the kernel side; one that may be cut off is none.</summary>
    private static bool TryParse(string text, out TunableValue value)
    {
        value = TunableValue.Parse(text);
        return text.Length is > 0 and < KernelTextLength - 1;
    }

    private const int KernelTextLength = 64;
}
