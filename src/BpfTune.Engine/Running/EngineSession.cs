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
    private readonly Stack<IDisposable> _resources;
    private readonly EngineOptions _options;
    private readonly EventLoop _loop;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly KernelTargets _targets;
    private readonly TunerUpkeep _upkeep;
    private readonly FatalCalls _calls;
    private readonly EventIntake _intake;
    private readonly WriteHints _hints;
    private readonly WordWatch _words;
    private readonly ValueSweep _sweep;
    private IEngineObserver? _observer;
    private ControlServer? _control;
    private readonly long _startedAt;

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
        var tracing = Opened(new FunctionTracing());
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
        Journal = Opened(new Journal(options.JournalPath, time, _log) { Aside = (work, then) => loop.RunAside("disk", work, then) });
        Journal.TryPrepare();
        var lines = new TenantLines(time);
        Overrides = new OverrideRegistry(Journal, loggers.CreateLogger) { Lines = lines };
        var known = new KnownValues(Journal, time);
        _hints = Opened(new WriteHints(Core));
        _words = new WordWatch(known, Overrides, Journal, Store, _hints, Namespaces.Global, loop.After, time, _log)
        {
            Resolve = (slot, process) => Namespaces.Resolve(slot.Place.Inode, slot.Place.Cookie, process, slot.IsTenants ? NamespaceOwner.Unknown : null),
            Stopped = one => Orders!.OnStopped(one),
        };
        _sweep = new ValueSweep(_words, known, () => Namespaces.Known, loop.After, time);
        _words.LookEverywhere = _sweep.LookEverywhere;
        Namespaces.Found += _sweep.OnFound;
        ChangeLog = new ChangeLog(loop.After, time, loggers.CreateLogger, lines);
        Advice = new AdviceBook(time, loggers.CreateLogger, lines, Ignored = new IgnoredAdvice(options.StateDirectory, _log));
        var gate = new RuleGate(options.Rules, Advice);
        Changes = new ChangeApplier(
            Journal, Store, Overrides, _words, ChangeLog, time, loop.After, loggers.CreateLogger,
            (tuner, effect, where) => Tuners!.ReadEffect(tuner, effect, where), lines)
        {
            TenantsMoveMachine = options.Tenants,
            Gate = gate,
        };
        Rates = new RateLimits(Core.Shared.Rate, Core.Shared.Share, time);

        _calls = Opened(new FatalCalls(options, time, _log));
        var services = new TunerServices(options.LearningRate, time, loop, Namespaces, Store, Changes, Overrides, Rates, _calls.Calls, _log)
        {
            Gate = gate,
            OnFailure = (tuner, e) => Tuners!.Disable(tuner, e),
        };
        Dispatcher = new EventDispatcher
        {
            OnEngineEvent = OnEngineEvent,
            Calls = _calls.Calls,
            Faults = new FaultLog(time, _log),
            Resolve = Resolve,
            OnFailure = (tuner, e) => Tuners!.Disable(tuner, e),
        };
        var launcher = new TunerLauncher(Capabilities.Kernel, hooks, Core.Shared, services, Dispatcher, loggers, _log);
        Tuners = new TunerManager(options, launcher, services, _calls.Held, _log);
        Orders = new AdministratorOrders(Namespaces, Store, Journal, Overrides, _words, Rates, Tuners, Changes, _log);
        Rules = new RulesInForce(gate, Overrides, Namespaces, Rates, Tuners, _log);
        AdviceOrders = new AdviceOrders(gate, Advice, Ignored, Changes, ChangeLog);
        Namespaces.Gone += OnNamespaceGone;
        _intake = Opened(new EventIntake(Core, Dispatcher, loop, time, _log));
        _upkeep = Opened(new TunerUpkeep(options, Tuners, _targets, tracing, _log));
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
    public long EventsLost => _intake.Lost;

    /// <summary>What an administrator wants.</summary>
    public AdministratorOrders Orders { get; }

    /// <summary>Mode and limits.</summary>
    public RulesInForce Rules { get; }

    /// <summary>What would have been done where the mode is advise.</summary>
    public AdviceBook Advice { get; }

    /// <summary>What of it is not wanted.</summary>
    public IgnoredAdvice Ignored { get; }

    /// <summary>What an administrator says to advice.</summary>
    public AdviceOrders AdviceOrders { get; }

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
        _calls.Observer = observer;
        _loop.Add(_intake.PollFd, "the reading of events", _intake.Process);
        _loop.Add(_hints.PollFd, "the watch on who sets what", _words.Process);
        Watch(Namespaces.WatchFd, "the watch on the names of namespaces", Namespaces.ProcessWatch);
        _control = Opened(OpenControl(queries));
        _loop.Add(_control.PollFd, "the control socket", _control.Process);

        _upkeep.Load();
        foreach (var place in Journal.State.Trails.Select(t => t.Namespace.Id).Distinct().ToArray())
            Namespaces.Resolve(place.Inode, place.Cookie, 0);
        Namespaces.FindNamed();
        _upkeep.Begin(_loop, observer);
        Rules.WarnOfNothing();

        EngineLog.Ready(_log, EngineVersion.Number, Capabilities.Kernel.Release, Tuners.Line);
        observer?.OnReady(Tuners.Line);
        KeepAlive();
    }

    /// <summary>Stops observing: no BPF program of a tuner is left, and what was counted is said.</summary>
    public void Stop()
    {
        Tuners.Changed = null;
        _words.Flush();
        _sweep.Stop();
        Tuners.StopAll();
        _intake.Stop();
        ChangeLog.Flush();
    }

    /// <summary>Puts back every value that was changed.</summary>
    public void RollBack()
    {
        foreach (var _ in Orders.RollBackInSteps(preview: false))
        {
        }
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

    /// <summary>A timer of the loop itself: when it does not run, nobody says that it does.</summary>
    private void KeepAlive()
    {
        if (_observer?.KeepAlive is not { } interval)
            return;
        _observer.OnAlive();
        _loop.After(interval, KeepAlive);
    }

    private void OnNamespaceGone(NetworkNamespace gone)
    {
        // Its inode may be another namespace's soon: that one must not find itself muted.
        foreach (var tuner in Tuners.Running)
            Rates.Unmute(gone, tuner.Id, tuner.Events.Values);
        Rates.Unmute(gone, CoreBpf.TunerId, (ushort)EngineBpf.engine_event.ENGINE_NAMESPACE, TunableScope.Namespace);
        Tuners.OnNamespaceGone(gone.Id);
        Changes.NamespaceGone(gone);
        Advice.NamespaceGone(gone);
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
