using BpfTune.Engine.Control;
using BpfTune.Engine.Hooks;
using BpfTune.Engine.Plugins;
using BpfTune.Engine.Tuning;
using BpfTune.LibBpf;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Running;

/// <summary>Loads, replaces and unloads tuners as their files come and go.</summary>
internal sealed class TunerManager(
    EngineOptions options,
    KernelFacts kernel,
    HookLoader hooks,
    SharedMaps shared,
    TunerServices services,
    EventDispatcher dispatcher,
    ILoggerFactory loggers,
    ILogger log)
{
    private const string NearShiftName = "bpftune_near_shift";

    private readonly SortedDictionary<string, TunerSlot> _slots = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, IReadOnlyList<string>> _pastDeeds = new(StringComparer.Ordinal);
    private ushort _lastId;

    /// <summary>Told whenever a tuner came, went or failed.</summary>
    public Action? Changed { get; set; }

    /// <summary>What tuners did other than by proposals; of one whose file is gone or was replaced, what it had done last.</summary>
    public IEnumerable<DeedReport> Deeds => _pastDeeds
        .Concat(_slots.Values.Where(s => s.Tuner is not null).Select(s => KeyValuePair.Create(s.Name, s.Tuner!.Deeds)))
        .SelectMany(of => of.Value, (of, deed) => new DeedReport(of.Key, deed));

    /// <summary>Every tuner that was found, by name.</summary>
    public IReadOnlyCollection<TunerSlot> Slots => _slots.Values;

    /// <summary>Those that run.</summary>
    public IEnumerable<RunningTuner> Running => _slots.Values.Where(s => s.Tuner is { IsRunning: true }).Select(s => s.Tuner!);

    /// <summary>One line: '3 tuners running'.</summary>
    public string Line
    {
        get
        {
            var running = Running.Count();
            var lost = _slots.Values.Count(s => s.State is TunerState.Disabled or TunerState.Refused);
            var line = running == 1 ? "1 tuner running" : $"{running} tuners running";
            if (lost > 0)
                line = $"{line}, {lost} not";
            return running == 0 ? $"{line}: nothing is tuned" : line;
        }
    }

    /// <summary>What an administrator may do when none runs: the clause after a colon.</summary>
    /// <param name="directories">Where tuners were looked for.</param>
    public string WhatToDo(IEnumerable<string> directories)
    {
        if (_slots.Count == 0)
            return $"none was found{(options.Allow.IsDefaultOrEmpty ? "" : " of those that --allow names")} in {string.Join(", ", directories)}; install one, or name its directory with --libdir";
        return _slots.Values.All(s => s.State == TunerState.NotNeeded)
            ? "none of those that were found is needed on this kernel"
            : "'bpftune doctor' says of each what keeps it from running";
    }

    /// <summary>The tuner of that name; null when there is none that runs.</summary>
    public RunningTuner? Find(string name) => _slots.GetValueOrDefault(name)?.Tuner is { IsRunning: true } tuner ? tuner : null;

    /// <summary>Acts upon what was found in the tuner directories.</summary>
    public void Apply(IReadOnlyList<TunerFileChange> changes)
    {
        if (changes.Count == 0)
            return;
        foreach (var change in changes)
        {
            if (!options.Allows(change.Name))
                EngineLog.NotAllowed(log, change.Name);
            else if (change.IsLoadable)
                Load(change.File);
            else if (change.Refusal is { } refusal)
                Refuse(change.Name, refusal);
            else
                Unload(change.Name, "its file was removed");
        }

        Changed?.Invoke();
    }

    /// <summary>
    /// The kernel has begun or ceased to run programs on its functions: tuners that have such programs, or could have
    /// them, are started anew, so that each hook takes the best mechanism that runs.
    /// </summary>
    public void Reattach()
    {
        foreach (var slot in _slots.Values.Where(s => s.Tuner is { } t && t.Hooks.Any(ConcernsFunctions)).ToArray())
        {
            var old = slot.Tuner!;
            // One that failed by itself stays stopped; one that had no hook left may have one now.
            if (!old.IsRunning && old.Hooks.Any(h => h.Works))
                continue;
            if (old.IsRunning)
                Stop(old, null);
            TryStart(slot, () => (Tuner)Activator.CreateInstance(old.Tuner.GetType())!);
        }

        Changed?.Invoke();
    }

    /// <summary>A tuner threw: it is stopped, and its slot says why.</summary>
    public void Disable(RunningTuner tuner, Exception e)
    {
        EngineLog.TunerFailed(log, tuner.Tuner.Name, e.GetType().Name, e.Message);
        EngineLog.FailureStack(log, tuner.Tuner.Name, e.StackTrace ?? "none");
        Stop(tuner, $"it failed: {e.GetType().Name}: {e.Message}");
        if (_slots.TryGetValue(tuner.Tuner.Name, out var slot) && slot.Tuner == tuner)
            slot.SetState(TunerState.Disabled, tuner.Failure);
        Changed?.Invoke();
    }

    /// <summary>An administrator has taken over from a tuner in a namespace, or has given it back.</summary>
    public void OnOverrideChanged(AdministratorOverride change, bool overridden)
    {
        if (Find(change.Tuner) is { } tuner)
            services.Guard(tuner, () => tuner.Tuner.OnOverrideChanged(change.Namespace.Id, overridden));
    }

    /// <summary>A namespace has ended.</summary>
    public void OnNamespaceGone(NamespaceId id)
    {
        foreach (var tuner in Running.ToArray())
            services.Guard(tuner, () => tuner.Tuner.OnNamespaceGone(id));
    }

    /// <summary>Stops all tuners; their slots stay for the last questions.</summary>
    public void StopAll()
    {
        foreach (var tuner in Running.ToArray())
            Stop(tuner, null);
    }

    private void Load(TunerFile file)
    {
        if (!TunerLoader.TryLoad(file, out var tuner, out var refusal))
        {
            Refuse(file.Name, refusal);
            return;
        }

        // The old one goes only now that there is a new one to take its place.
        Unload(file.Name, "a newer file takes its place");
        TryStart(_slots[file.Name] = new TunerSlot(file.Name, tuner.Summary, file.Path), () => tuner);
    }

    private void TryStart(TunerSlot slot, Func<Tuner> make)
    {
        try
        {
            var tuner = make();
            if (tuner.NotNeededBecause(kernel) is { } reason)
            {
                EngineLog.TunerNotNeeded(log, slot.Name, reason);
                slot.SetState(TunerState.NotNeeded, reason);
                return;
            }

            Start(slot, tuner);
        }
        catch (Exception e)
        {
            EngineLog.TunerFailed(log, slot.Name, e.GetType().Name, e.Message);
            EngineLog.FailureStack(log, slot.Name, e.StackTrace ?? "none");
            if (slot.Tuner is { } started)
                Stop(started, e.Message);
            slot.SetState(TunerState.Disabled, $"it failed: {e.GetType().Name}: {e.Message}");
        }
    }

    private static bool ConcernsFunctions(HookStatus status) => status.Failures.Select(f => f.Mechanism.Kind)
        .Append(status.Chosen?.Kind ?? MechanismKind.Other)
        .Any(kind => kind is MechanismKind.Fentry or MechanismKind.Fexit or MechanismKind.Kprobe or MechanismKind.Kretprobe);

    private void Start(TunerSlot slot, Tuner tuner)
    {
        var declaration = new TunerDeclaration();
        tuner.Declare(declaration);
        declaration.Object(declaration.Image, WithLearningRate(declaration.Configure));
        var loaded = hooks.Load(tuner.Name, ++_lastId, declaration, shared);
        var running = new RunningTuner(
            tuner, _lastId, slot.Path, declaration, loaded, services, loggers.CreateLogger(tuner.Name));
        slot.Tuner = running;
        ReportHooks(tuner.Name, loaded.Hooks);
        if (loaded.Hooks.Length > 0 && loaded.Hooks.All(h => !h.Works))
        {
            Stop(running, "none of its hooks works on this kernel");
            slot.SetState(TunerState.Disabled, running.Failure);
            return;
        }

        dispatcher.Add(running);
        services.Overrides.Manage(tuner.Name, declaration.Tunables);
        running.Start();
        slot.SetState(TunerState.Running, null);
        EngineLog.TunerLoaded(log, tuner.Name, slot.Path, HooksInWords(loaded.Hooks));
    }

    /// <summary>Programs decide what is near a limit by the same rate as the tuner (bpf/include/bpftune/events.h).</summary>
    private Action<BpfObject> WithLearningRate(Action<BpfObject>? configure) => bpf =>
    {
        if (bpf.Variables.Any(v => v.Name == NearShiftName))
            bpf.SetVariable(NearShiftName, (uint)services.LearningRate.Shift);
        configure?.Invoke(bpf);
    };

    private void ReportHooks(string tuner, IEnumerable<HookStatus> statuses)
    {
        foreach (var status in statuses)
        {
            if (status.Chosen is { } chosen)
                EngineLog.HookChosen(log, tuner, status.Hook.Name, MechanismNames.Of(chosen.Kind), chosen.Target);
            else
                EngineLog.HookLost(log, tuner, status.Hook.Name, status.Hook.WhenLost, status.Failures.LastOrDefault()?.Reason ?? "no mechanism");
        }
    }

    private static string HooksInWords(IReadOnlyCollection<HookStatus> statuses)
    {
        var working = statuses.Count(s => s.Works);
        return statuses.Count == working ? $"all {working} hooks work" : $"{working} of {statuses.Count} hooks work";
    }

    private void Refuse(string name, TunerRefusal refusal)
    {
        EngineLog.TunerRefused(log, refusal.ToString());
        if (Find(name) is not null)
            return;
        var slot = _slots[name] = new TunerSlot(name, "", refusal.Path);
        slot.SetState(TunerState.Refused, refusal.Reason);
    }

    private void Unload(string name, string reason)
    {
        if (!_slots.Remove(name, out var slot) || slot.Tuner is not { IsRunning: true } tuner)
            return;
        Stop(tuner, null);
        if (tuner.Deeds.Count > 0)
            _pastDeeds[name] = tuner.Deeds;
        EngineLog.TunerUnloaded(log, name, reason);
    }

    private void Stop(RunningTuner tuner, string? failure)
    {
        dispatcher.Remove(tuner);
        services.Overrides.Unmanage(tuner.Tuner.Name);
        tuner.Stop(failure);
    }
}
