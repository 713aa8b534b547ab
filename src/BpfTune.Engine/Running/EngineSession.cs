using BpfTune.Engine.Control;
using BpfTune.Engine.Hooks;
using BpfTune.Engine.Kernel;
using BpfTune.Engine.Loop;
using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Plugins;
using BpfTune.Engine.Tuning;
using BpfTune.Engine.Words;
using BpfTune.LibBpf;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Running;

/// <summary>All that is open while the engine runs.</summary>
internal sealed class EngineSession : IDisposable
{
    private static readonly TimeSpan LostInterval = TimeSpan.FromMinutes(1);

    /// <summary>Events of one round of the loop: some, until this time has passed. Whoever asks for the status waits so long, and little more.</summary>
    private static readonly TimeSpan BatchTime = TimeSpan.FromMilliseconds(10);

    /// <summary>Events between two looks at the clock.</summary>
    private const int Batch = 16;

    private readonly Stack<IDisposable> _resources;
    private readonly EngineOptions _options;
    private readonly EventLoop _loop;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly KernelTargets _targets;
    private readonly TunerWatcher _watcher;
    private readonly HeldTuners _held;
    private readonly CallMark? _mark;
    private readonly RingBuffer _ring;
    private readonly WriteHints _hints;
    private readonly WordWatch _words;
    private readonly ValueSweep _sweep;
    private readonly BpfPerCpuMap<uint, ulong> _lost;
    private readonly ulong[] _lostByCpu;
    private IEngineObserver? _observer;
    private ControlServer? _control;
    private readonly FunctionTracing _tracing;
    private readonly long _startedAt;
    private long _lostReported;
    private bool _isReady;
    private bool _saidNone;
    private IDisposable? _lostTimer;
    private bool _changesMissed;

    private EngineSession(
        EngineOptions options, ILoggerFactory loggers, TimeProvider time, EventLoop loop, Stack<IDisposable> resources)
    {
        _resources = resources;
        _options = options;
        _loop = loop;
        _time = time;
        _log = loggers.CreateLogger("bpftune");
        _startedAt = time.GetTimestamp();
        Opened(new LibBpfLogging(_log));
        _tracing = Opened(new FunctionTracing());
        _targets = Opened(new KernelTargets());
        Capabilities = KernelCapabilities.Probe(_targets.Btf);
        if (Capabilities.Critical is [var problem, ..])
            throw new EngineUnavailableException(problem);
        foreach (var limitation in Capabilities.Limitations)
            EngineLog.Limited(_log, limitation);

        Cgroup = LocateCgroup();
        var hooks = new HookLoader(Capabilities, _targets, Cgroup, MechanismRules.FromEnvironment(options.Legacy), _log);
        Core = Opened(LoadCore(hooks));
        foreach (var status in Core.Hooks)
        {
            if (!status.Works)
                EngineLog.HookLost(_log, "bpftune", status.Hook.Name, status.Hook.WhenLost, status.Failures.LastOrDefault()?.Reason ?? "no mechanism");
        }

        Namespaces = Opened(new NamespaceRegistry(time, _log));
        Store = new SysctlStore(Namespaces);
        Journal = Opened(new Journal(options.JournalPath, time, _log));
        Journal.TryPrepare();
        var lines = new TenantLines(time);
        Overrides = new OverrideRegistry(Journal, loggers.CreateLogger) { Lines = lines };
        var known = new KnownValues(Journal, time);
        _hints = Opened(new WriteHints(Core));
        _words = new WordWatch(known, Overrides, Journal, Store, _hints, Namespaces.Global, loop.After, time, _log)
        {
            Resolve = (id, process) => Namespaces.Resolve(id.Inode, id.Cookie, process),
            Stopped = one => Tuners!.OnOverrideChanged(one, overridden: true),
        };
        _sweep = new ValueSweep(_words, known, () => Namespaces.Known, loop.After, time);
        _words.LookEverywhere = _sweep.LookEverywhere;
        Namespaces.Found += _sweep.OnFound;
        ChangeLog = new ChangeLog(loop.After, time, loggers.CreateLogger, lines);
        Changes = new ChangeApplier(Journal, Store, Overrides, _words, ChangeLog, time, loggers.CreateLogger, lines)
        {
            TenantsMoveMachine = options.Tenants,
        };
        Rates = new RateLimits(Core.Shared.Rate, Core.Shared.Share, time);

        _held = new HeldTuners(options.RuntimeDirectory, time);
        _mark = OpenMark();
        var calls = new TunerCalls(OnHang, _mark);
        var services = new TunerServices(options.LearningRate, time, loop, Namespaces, Store, Changes, Overrides, Rates, calls, _log)
        {
            OnFailure = (tuner, e) => Tuners!.Disable(tuner, e),
        };
        Dispatcher = new EventDispatcher
        {
            OnEngineEvent = OnEngineEvent,
            Calls = calls,
            Faults = new FaultLog(time, _log),
            Resolve = Resolve,
            OnFailure = (tuner, e) => Tuners!.Disable(tuner, e),
        };
        Tuners = new TunerManager(options, Capabilities.Kernel, hooks, Core.Shared, services, Dispatcher, _held, loggers, _log)
        {
            Changed = OnTunersChanged,
        };
        Namespaces.Gone += OnNamespaceGone;

        _lost = Core.Shared.Lost.PerCpu<uint, ulong>();
        _lostByCpu = new ulong[_lost.CpuCount];
        _ring = Opened(new RingBuffer(Dispatcher));
        _ring.Add(Core.Shared.Ring);
        _watcher = Opened(new TunerWatcher(new TunerCatalog(new TunerDirectories([.. options.LibDirectories]), _log)));
    }

    public TimeProvider Time => _time;

    /// <summary>How long it has run, by the clock that nobody sets.</summary>
    public TimeSpan Uptime => _time.GetElapsedTime(_startedAt);

    public KernelCapabilities Capabilities { get; }

    public CgroupRoot? Cgroup { get; }

    public CoreBpf Core { get; }

    public NamespaceRegistry Namespaces { get; }

    public ITunableStore Store { get; }

    public Journal Journal { get; }

    public OverrideRegistry Overrides { get; }

    public ChangeLog ChangeLog { get; }

    public ChangeApplier Changes { get; }

    public RateLimits Rates { get; }

    public EventDispatcher Dispatcher { get; }

    public TunerManager Tuners { get; }

    /// <summary>Events that did not fit into the ring buffer.</summary>
    public long EventsLost
    {
        get
        {
            long sum = 0;
            if (_lost.TryGetValues(0, _lostByCpu))
            {
                foreach (var count in _lostByCpu)
                    sum += (long)count;
            }

            return sum;
        }
    }

    /// <summary>Opens everything, or nothing.</summary>
    /// <exception cref="EngineUnavailableException">The suite cannot do its job here.</exception>
    public static EngineSession Open(EngineOptions options, ILoggerFactory loggers, TimeProvider time, EventLoop loop)
    {
        // A constructor that throws leaves no object to dispose of: what it had opened is closed here.
        var resources = new Stack<IDisposable>();
        try
        {
            return new EngineSession(options, loggers, time, loop, resources);
        }
        catch
        {
            Close(resources);
            throw;
        }
    }

    /// <summary>Loads the tuners and listens.</summary>
    public void Start(IEngineQueries queries, IEngineObserver? observer)
    {
        _observer = observer;
        _loop.Add(_ring.EpollFd, "the reading of events", OnEvents);
        _loop.Add(_hints.PollFd, "the watch on who sets what", _words.Process);
        Watch(Namespaces.WatchFd, "the watch on the names of namespaces", Namespaces.ProcessWatch);
        _control = Opened(OpenControl(queries));
        _loop.Add(_control.PollFd, "the control socket", _control.Process);

        Tuners.Apply(_watcher.Look());
        foreach (var place in Journal.State.Trails.Select(t => t.Namespace.Id).Distinct().ToArray())
            Namespaces.Resolve(place.Inode, place.Cookie, 0);
        Namespaces.FindNamed();
        Watch(_watcher.Fd, "the watch on tuner directories", OnDirectoriesChanged);
        if (_watcher.Problem is { } problem)
            EngineLog.NotWatching(_log, problem);
        foreach (var name in _options.Allow.Where(name => Tuners.Slots.All(slot => slot.Name != name)))
            EngineLog.AllowedButAbsent(_log, name);
        Watch(_tracing.Fd, "the watch on the tracing of functions", OnTracingChanged);
        WarnIfNoneRuns();
        _targets.Release();

        EngineLog.Ready(_log, EngineVersion.Number, Capabilities.Kernel.Release, Tuners.Line);
        observer?.OnReady(Tuners.Line);
        _isReady = true;
        KeepAlive();
    }

    /// <summary>Stops observing: no BPF program of a tuner is left, and what was counted is said.</summary>
    public void Stop()
    {
        Tuners.Changed = null;
        _words.Flush();
        _sweep.Stop();
        Tuners.StopAll();
        _lostTimer?.Dispose();
        ReportLost();
        ChangeLog.Flush();
    }

    /// <summary>Puts back every value that was changed.</summary>
    /// <param name="preview">Only say what would be done.</param>
    public IReadOnlyList<RollbackEntry> RollBack(bool preview) => [.. RollBackInSteps(preview)];

    /// <summary>The same, a value with each step of the enumeration.</summary>
    /// <param name="preview">Only say what would be done.</param>
    public IEnumerable<RollbackEntry> RollBackInSteps(bool preview)
    {
        var rollback = new Rollback(
            Journal, Store, Namespaces, () => Tuners.Running.SelectMany(r => r.Declaration.Tunables, (_, t) => t.Name), _log);
        foreach (var entry in rollback.Steps(preview))
        {
            if (entry.Outcome == RollbackOutcome.Restored)
                _words.Accept(entry.Tunable, entry.Namespace.Id, TunableValue.Parse(entry.To), original: null);
            yield return entry;
        }
    }

    /// <summary>A tuner may tune again where an administrator's setting had stopped it.</summary>
    public IReadOnlyList<AdministratorOverride> Resume(string tuner, NetworkNamespace? networkNamespace)
    {
        var lifted = Overrides.Resume(tuner, networkNamespace);
        if (Tuners.Find(tuner) is { } running)
        {
            foreach (var where in Namespaces.Known.Where(n => lifted.Any(one => one.Namespace.Id == n.Id)))
                Rates.Unmute(where, running.Id, running.Events.Values);
        }

        foreach (var place in lifted.GroupBy(one => one.Namespace.Id))
        {
            if (Namespaces.Resolve(place.Key.Inode, place.Key.Cookie, 0) is { } where)
                _words.OnResumed(tuner, where, place.Select(one => one.Tunable));
        }

        foreach (var one in lifted)
            Tuners.OnOverrideChanged(one, overridden: false);

        return lifted;
    }

    /// <inheritdoc/>
    public void Dispose() => Close(_resources);

    private static void Close(Stack<IDisposable> resources)
    {
        while (resources.TryPop(out var resource))
            resource.Dispose();
    }

    private T Opened<T>(T resource)
        where T : IDisposable
    {
        _resources.Push(resource);
        return resource;
    }

    private CgroupRoot? LocateCgroup()
    {
        try
        {
            return Opened(CgroupRoot.Locate(_options.CgroupDirectory, _log));
        }
        catch (CgroupUnavailableException e) when (_options.CgroupDirectory is null)
        {
            // Its hooks are lost, each with a line of its own.
            EngineLog.Limited(_log, e.Message);
            return null;
        }
        catch (CgroupUnavailableException e)
        {
            throw new EngineUnavailableException(e.Message, exitCode: 1);
        }
    }

    private void Watch(int fd, string what, Action onReadable)
    {
        if (fd >= 0)
            _loop.Add(fd, what, onReadable);
    }

    private void OnEvents()
    {
        var start = _time.GetTimestamp();
        while (_ring.Consume(Batch) > 0 && _time.GetElapsedTime(start) < BatchTime && !_loop.IsStopping)
        {
        }

        // Looked at with events only: events that are lost are lost among others.
        if (_lostTimer is null && EventsLost > _lostReported)
            _lostTimer = _loop.After(LostInterval, ReportLost);
    }

    private void ReportLost()
    {
        _lostTimer = null;
        var lost = EventsLost;
        if (lost > _lostReported)
            EngineLog.EventsLost(_log, lost);
        _lostReported = lost;
    }

    private void OnDirectoriesChanged()
    {
        // What has been read of the watch and led to nothing is not told again.
        var missed = _changesMissed;
        _changesMissed = true;
        Tuners.Apply(missed ? _watcher.Look() : _watcher.Process());
        _targets.Release();
        _changesMissed = false;
    }

    /// <summary>A timer of the loop itself: when it does not run, nobody says that it does.</summary>
    private void KeepAlive()
    {
        if (_observer?.KeepAlive is not { } interval)
            return;
        _observer.OnAlive();
        _loop.After(interval, KeepAlive);
    }

    /// <summary>Opens the note of whose code runs, and takes note of whose ran when the daemon before this one ended.</summary>
    private CallMark? OpenMark()
    {
        try
        {
            var mark = Opened(CallMark.Open(_options.RuntimeDirectory));
            if (mark.Last is ({ } name, { } hash) && TunerName.IsValid(name))
                _held.Crash(name, hash);
            return mark;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            EngineLog.NoCallMark(_log, e.Message);
            return null;
        }
    }

    /// <summary>On the thread that looks on; the loop's is lost.</summary>
    private void OnHang(TunerCallSite tuner, string call)
    {
        try
        {
            _held.Hang(tuner.Name, tuner.Hash, call);
            _mark?.Set(0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            EngineLog.CannotHold(_log, tuner.Name, e.Message);
        }

        EngineLog.TunerHangs(_log, tuner.Name, call, TunerCalls.Patience);
        if (_observer is { } observer)
            observer.OnHang();
        else
            Environment.FailFast(null);
    }

    private void OnTracingChanged()
    {
        if (_tracing.Process() is not { } isOff)
            return;
        if (isOff)
            EngineLog.FunctionsNotTraced(_log, FunctionTracing.Kinds);
        else
            EngineLog.FunctionsTraced(_log);
        Tuners.Reattach();
        _targets.Release();
    }

    private void OnTunersChanged()
    {
        // At the start there is more to come: it is looked at when all are there.
        if (!_isReady)
            return;
        WarnIfNoneRuns();
        _observer?.OnStatus(Tuners.Line);
    }

    private void WarnIfNoneRuns()
    {
        var none = !Tuners.Running.Any();
        if (none && !_saidNone)
            EngineLog.NoTuners(_log, Tuners.WhatToDo(new TunerDirectories([.. _options.LibDirectories]).Paths));
        _saidNone = none;
    }

    private void OnNamespaceGone(NetworkNamespace gone)
    {
        // Its inode may be another namespace's soon: that one must not find itself muted.
        foreach (var tuner in Tuners.Running)
            Rates.Unmute(gone, tuner.Id, tuner.Events.Values);
        Rates.Unmute(gone, CoreBpf.TunerId, (ushort)EngineBpf.engine_event.ENGINE_NAMESPACE, TunableScope.Namespace);
        Tuners.OnNamespaceGone(gone.Id);
        Changes.NamespaceGone(gone);
        _sweep.NamespaceGone(gone);
    }

    /// <summary>A new namespace: that it is resolved is all that it takes.</summary>
    private void OnEngineEvent(in EventHeader header, ReadOnlySpan<byte> record) => Resolve(header);

    private NetworkNamespace? Resolve(EventHeader header)
    {
        var found = Namespaces.Resolve(
            header.NamespaceInode, header.NamespaceCookie, header.ProcessHint, new NamespaceOwner(header.Owner));
        if (found is not null && !_hints.IsWatching)
            _sweep.OnActivity(found);
        return found;
    }

    private CoreBpf LoadCore(HookLoader hooks)
    {
        try
        {
            return CoreBpf.Load(hooks, _log);
        }
        catch (BpfException e)
        {
            throw new EngineUnavailableException($"the daemon's own BPF object cannot be loaded: {e.Message}");
        }
    }

    private ControlServer OpenControl(IEngineQueries queries)
    {
        try
        {
            return new ControlServer(_options, queries, _log, _loop.After, _time);
        }
        catch (IOException e)
        {
            throw new EngineUnavailableException(e.Message, exitCode: 1);
        }
    }
}
