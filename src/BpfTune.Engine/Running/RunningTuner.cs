using System.Collections.Frozen;
using BpfTune.Engine.Hooks;
using BpfTune.Engine.Loop;
using BpfTune.Engine.Plugins;
using BpfTune.Engine.Tuning;
using BpfTune.LibBpf;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Running;

/// <summary>A tuner that is loaded, with its BPF programs and what the engine counts for it.</summary>
internal sealed class RunningTuner : ITunerHost
{
    /// <summary>The resolution of the loop's timers: one that is armed anew at once is not to take the processor.</summary>
    private static readonly TimeSpan s_shortestDelay = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan s_longestDelay = TimeSpan.FromDays(365);

    /// <summary>Far more than any tuner needs; each costs memory.</summary>
    private const int MostTimers = 16_384;

    private readonly TunerServices _services;
    private readonly HashSet<IDisposable> _timers = [];
    private LoadedHooks? _bpf;
    private IReadOnlyList<string> _lastDeeds = [];
    private Evidence _evidence;

    public RunningTuner(Tuner tuner, TunerCallSite site, ushort id, TunerDeclaration declaration, LoadedHooks bpf, TunerServices services, ILogger log)
    {
        Tuner = tuner;
        Site = site;
        Id = id;
        Declaration = declaration;
        Events = declaration.Events.ToFrozenDictionary();
        Hooks = bpf.Hooks;
        Log = log;
        _bpf = bpf;
        _services = services;
    }

    public Tuner Tuner { get; }

    /// <summary>Its name. The tuner's own is not asked again: it is other people's code.</summary>
    public string Name => Site.Name;

    public TunerCallSite Site { get; }

    /// <summary>What its events carry; never used again for another tuner within this process.</summary>
    public ushort Id { get; }

    public TunerDeclaration Declaration { get; }

    public FrozenDictionary<ushort, EventBinding> Events { get; }

    public IReadOnlyList<HookStatus> Hooks { get; }

    /// <summary>Why it was stopped although its file is there; null while it runs.</summary>
    public string? Failure { get; private set; }

    public bool IsRunning => _bpf is not null;

    public long EventCount { get; set; }

    public long SuppressedCount { get; set; }

    /// <summary>What it did other than by proposals; once it has stopped, what it had done until then.</summary>
    public IReadOnlyList<string> Deeds => IsRunning ? AskForDeeds() : _lastDeeds;

    public ILogger Log { get; }

    public LearningRate LearningRate => _services.LearningRate;

    public TimeProvider Time => _services.Time;

    public NetworkNamespace GlobalNamespace => _services.Namespaces.Global;

    public bool HasTenants => _services.Namespaces.HasTenants;

    public long AvailablePages => BufferMemory.AvailablePages();

    public void Start()
    {
        using var call = _services.Calls.Enter(Site, "its start");
        Tuner.Start(this, _bpf?.Object);
    }

    /// <summary>What it has learned so far; nothing when it does not run.</summary>
    public IReadOnlyList<Control.FactReport> Facts()
    {
        if (!IsRunning)
            return [];
        using var call = _services.Calls.Enter(Site, "its facts");
        return TunerAnswers.Facts(Tuner);
    }

    /// <summary>Detaches and unloads everything of it in the kernel.</summary>
    /// <param name="failure">Why, when it is not by anybody's wish.</param>
    public void Stop(string? failure)
    {
        if (_bpf is null)
            return;
        Failure = failure;
        // While its maps are there.
        _lastDeeds = AskForDeeds();
        try
        {
            using var call = _services.Calls.Enter(Site, "its stopping");
            Tuner.OnStopping();
        }
        catch (Exception e)
        {
            EngineLog.TunerFailedToStop(_services.Log, Name, FaultText.Of(e));
        }

        foreach (var timer in _timers.ToArray())
            timer.Dispose();
        _timers.Clear();
        var bpf = _bpf;
        _bpf = null;
        bpf.Dispose();
    }

    private string[] AskForDeeds()
    {
        try
        {
            return [.. Tuner.Deeds()];
        }
        catch (Exception e)
        {
            // A question must not stop a tuner.
            return [$"what it did cannot be had ({e.GetType().Name}: {e.Message})"];
        }
    }

    /// <summary>Hands an event to the tuner, unless it is a tenant's and concerns what is not theirs.</summary>
    public void Handle(EventBinding binding, in EventHeader header, NetworkNamespace networkNamespace, ReadOnlySpan<byte> record)
    {
        var evidence = Evidence.Of(networkNamespace, new NamespaceOwner(header.Owner), _services.Namespaces.HasTenants);
        if (evidence.IsTenants && binding.Concerns == TunableScope.Machine && !_services.Changes.TenantsMoveMachine)
        {
            _services.Changes.TellNotTheirs(Tuner.Name, evidence.Owner);
            // Where nobody knows whose it was, the next one may be the machine's own.
            if (networkNamespace.IsTenant)
                Mute(networkNamespace, header.Kind, ProposalFollowUp.WhenRefused);
            return;
        }

        _evidence = evidence;
        try
        {
            binding.Invoke(new TunerEvent(in header, networkNamespace), record);
        }
        finally
        {
            _evidence = default;
        }
    }

    public ProposalOutcome Propose(Proposal proposal) => _services.Changes.Propose(Name, proposal, _evidence);

    /// <summary>Mode off and mode advise keep a tuner that acts by itself out of a namespace as an administrator's own setting does.</summary>
    public bool IsOverridden(NetworkNamespace networkNamespace) =>
        _services.Overrides.IsOverridden(Name, networkNamespace)
        || !_services.Gate.Rules.Tunes(Declaration.Tunables, networkNamespace);

    public bool TryRead(Tunable tunable, NetworkNamespace networkNamespace, out TunableValue value) =>
        _services.TryRead(tunable, networkNamespace, out value);

    public string? ReadProcNet(NetworkNamespace networkNamespace, string file) => _services.ReadProcNet(networkNamespace, file);

    public void Mute(NetworkNamespace networkNamespace, ushort kind, TimeSpan duration) =>
        _services.Rates.Mute(
            networkNamespace, Id, kind,
            Events.TryGetValue(kind, out var binding) ? binding.Concerns : TunableScope.Namespace,
            duration);

    public IDisposable After(TimeSpan delay, Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        if (_timers.Count >= MostTimers)
            throw new InvalidOperationException($"{Name} has {MostTimers} timers already");
        delay = TimeSpan.FromTicks(Math.Clamp(delay.Ticks, s_shortestDelay.Ticks, s_longestDelay.Ticks));
        callback = UponTheSameEvidence(callback);
        var timer = new TunerTimer(_timers);
        timer.Inner = _services.Loop.After(delay, () =>
        {
            _timers.Remove(timer);
            _services.Guard(this, "a timer", callback);
        });
        _timers.Add(timer);
        return timer;
    }

    public void RunAside(Action work, Action then)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(then);
        then = UponTheSameEvidence(then);
        _services.Loop.RunAside(
            Name,
            work,
            failure => _services.Guard(this, "the end of work aside", failure is null ? then : () => throw failure));
    }

    /// <summary>What a tuner does later because of an event, it does upon the same evidence.</summary>
    private Action UponTheSameEvidence(Action code)
    {
        var evidence = _evidence;
        return () =>
        {
            _evidence = evidence;
            try
            {
                code();
            }
            finally
            {
                _evidence = default;
            }
        };
    }

    /// <summary>A timer of the loop that is no longer counted once it was cancelled.</summary>
    private sealed class TunerTimer(HashSet<IDisposable> timers) : IDisposable
    {
        public IDisposable? Inner { get; set; }

        public void Dispose()
        {
            timers.Remove(this);
            Inner?.Dispose();
        }
    }
}
