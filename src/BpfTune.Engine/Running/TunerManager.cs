using BpfTune.Engine.Control;
using BpfTune.Engine.Hooks;
using BpfTune.Engine.Loop;
using BpfTune.Engine.Plugins;
using BpfTune.Engine.Tuning;
using BpfTune.LibBpf;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Running;

/// <summary>Loads, replaces and unloads tuners as their files come and go, and tries again what has failed.</summary>
internal sealed class TunerManager(
    EngineOptions options,
    TunerLauncher launcher,
    TunerServices services,
    HeldTuners held,
    ILogger log)
{
    /// <summary>Failures after which a tuner is not tried again: with growing pauses, within 40 minutes.</summary>
    private const int MostFailures = 8;

    /// <summary>Memory that reloads may cost before that is said, and each further time.</summary>
    private const long ReloadStep = 32 << 20;

    /// <summary>A tuner that was suspected of a crash has done nothing of the kind for so long: it is forgiven.</summary>
    private static readonly TimeSpan WellAfter = TimeSpan.FromMinutes(10);

    private readonly SortedDictionary<string, TunerSlot> _slots = new(StringComparer.Ordinal);
    private readonly PastDeeds _past = new();
    private long _reloadsTold;

    /// <summary>Told whenever a tuner came, went or failed.</summary>
    public Action? Changed { get; set; }

    /// <summary>What tuners did other than by proposals; before that, what those had done in whose place they are.</summary>
    public IEnumerable<DeedReport> Deeds => _past.All
        .Concat(_slots.Values.Where(s => s.Tuner is not null).SelectMany(s => s.Tuner!.Deeds, (s, deed) => new DeedReport(s.Name, deed)));

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
            var lost = _slots.Values.Count(s => s.State is TunerState.Disabled or TunerState.Refused or TunerState.Paused);
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

        TellReloads();
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
                launcher.Stop(old, null);
            TryAgain(slot);
        }
    }

    /// <summary>A tuner threw: it is stopped, and tried again after a while.</summary>
    public void Disable(RunningTuner tuner, Exception e)
    {
        if (_slots.TryGetValue(tuner.Name, out var slot) && slot.Tuner == tuner)
            Fail(slot, TunerAnswers.Failed(e), e);
        else
            launcher.Stop(tuner, TunerAnswers.Failed(e));
        Changed?.Invoke();
    }

    /// <summary>Starts a tuner that was given up, left out or is paused.</summary>
    /// <returns>Whether it was any of these.</returns>
    public bool Resume(string name)
    {
        if (!_slots.TryGetValue(name, out var slot) || slot.Module is null || slot.State is not (TunerState.Disabled or TunerState.Paused))
            return false;
        held.Release(name);
        slot.Pauses = TunerSlot.NewPauses();
        TryAgain(slot);
        return true;
    }

    /// <summary>An administrator has taken over from a tuner in a namespace, or has given it back.</summary>
    public void OnOverrideChanged(string name, NamespaceId id, bool overridden)
    {
        if (Find(name) is { } tuner)
            services.Guard(tuner, "the news of a setting", () => tuner.Tuner.OnOverrideChanged(id, overridden));
    }

    /// <summary>Reads what a raise of a tuner's is measured by; null when there is nothing to read, or the tuner does not run.</summary>
    public EffectReading? ReadEffect(string name, Effect effect, NetworkNamespace where)
    {
        EffectReading? reading = null;
        if (Find(name) is { } tuner)
            services.Guard(tuner, "the reading of an effect", () => reading = effect.Read(file => services.ReadProcNet(where, file)));
        return reading;
    }

    /// <summary>A namespace has ended.</summary>
    public void OnNamespaceGone(NamespaceId id)
    {
        foreach (var tuner in Running.ToArray())
            services.Guard(tuner, "the end of a namespace", () => tuner.Tuner.OnNamespaceGone(id));
    }

    /// <summary>Stops all tuners; their slots stay for the last questions.</summary>
    public void StopAll()
    {
        foreach (var slot in _slots.Values)
            slot.Forget();
        foreach (var tuner in Running.ToArray())
            launcher.Stop(tuner, null);
    }

    private void Load(TunerFile file)
    {
        var site = services.Calls.Register(file.Name, LoadedModules.Hash(file.Content));
        var note = held.Find(site.Name, site.Hash);
        TunerModule? module;
        Tuner? first = null;
        TunerRefusal? refusal = null;
        Exception? thrown = null;
        using (services.Calls.Enter(site, "its loading"))
        {
            // Not even its constructor is called of one that is left out.
            if (TunerLoader.TryLoadModule(file, out module, out refusal) && note is null)
                module.TryMake(out first, out refusal, out thrown);
        }

        // The old one goes only when there is a new one to take its place. A constructor may throw once.
        if (refusal is not null && (thrown is null || Find(file.Name) is not null))
        {
            Refuse(file.Name, refusal);
            return;
        }

        Unload(file.Name, "a newer file takes its place");
        var slot = _slots[file.Name] = new TunerSlot(file.Name, file.Path) { Module = module, Site = site };
        if (note is not null)
            Hold(slot, note);
        else if (first is not null)
            Start(slot, first);
        else
            Fail(slot, refusal!.Reason, thrown!);
    }

    private void Hold(TunerSlot slot, HeldTuner note)
    {
        switch (held.Left(note))
        {
            case null:
                slot.SetState(TunerState.Disabled, $"{note.Reason}; a newer file or 'bpftune resume {slot.Name}' lifts that");
                EngineLog.TunerHeld(log, slot.Name, slot.Reason!);
                break;
            case { Ticks: > 0 } left:
                slot.SetState(TunerState.Paused, $"{note.Reason}; it is tried again {In(left)}");
                EngineLog.TunerHeld(log, slot.Name, slot.Reason!);
                slot.Retry = services.Loop.After(left, () => TryAgain(slot));
                break;
            default:
                TryAgain(slot);
                slot.Trial = services.Loop.After(WellAfter, () => held.Release(slot.Name));
                break;
        }
    }

    private void TryAgain(TunerSlot slot)
    {
        slot.Retry?.Dispose();
        slot.Retry = null;
        if (_slots.GetValueOrDefault(slot.Name) != slot)
            return;
        Tuner? tuner;
        TunerRefusal? refusal;
        Exception? thrown;
        using (services.Calls.Enter(slot.Site!, "its constructor"))
            slot.Module!.TryMake(out tuner, out refusal, out thrown);
        if (tuner is not null)
            Start(slot, tuner);
        else if (thrown is not null)
            Fail(slot, refusal!.Reason, thrown);
        else
            slot.SetState(TunerState.Refused, refusal!.Reason);
        Changed?.Invoke();
    }

    private static bool ConcernsFunctions(HookStatus status) => status.Failures.Select(f => f.Mechanism.Kind)
        .Append(status.Chosen?.Kind ?? MechanismKind.Other)
        .Any(kind => kind is MechanismKind.Fentry or MechanismKind.Fexit or MechanismKind.Kprobe or MechanismKind.Kretprobe);

    private void Start(TunerSlot slot, Tuner tuner)
    {
        if (slot.Tuner is { } earlier)
        {
            _past.Keep(earlier);
            slot.Tuner = null;
        }

        try
        {
            launcher.Start(slot, tuner);
        }
        catch (Exception e)
        {
            Fail(slot, TunerAnswers.Failed(e), e);
        }
    }

    private void Fail(TunerSlot slot, string reason, Exception e)
    {
        if (slot.Tuner is { } tuner)
            launcher.Stop(tuner, reason);
        var pause = slot.Pauses.Fail(services.Time.GetElapsedTime(0));
        if (slot.Pauses.Failures >= MostFailures)
        {
            slot.SetState(TunerState.Disabled, $"{reason}; it failed {slot.Pauses.Failures} times and is not tried again until there is a newer file or 'bpftune resume {slot.Name}'");
            EngineLog.TunerGivenUp(log, slot.Name, slot.Pauses.Failures, FaultText.Of(e));
        }
        else
        {
            slot.SetState(TunerState.Paused, $"{reason}; it is tried again {In(pause)}");
            EngineLog.TunerFailed(log, slot.Name, In(pause), FaultText.Of(e));
            slot.Retry = services.Loop.After(pause, () => TryAgain(slot));
        }

        EngineLog.FailureStack(log, slot.Name, FaultText.Stack(e));
    }

    private string In(TimeSpan pause) =>
        $"at {services.Time.GetLocalNow() + pause:HH:mm:ss} (in {pause.TotalSeconds:0} s)";

    private void Refuse(string name, TunerRefusal refusal)
    {
        EngineLog.TunerRefused(log, refusal.ToString());
        if (Find(name) is not null)
            return;
        if (_slots.GetValueOrDefault(name) is { } earlier)
        {
            earlier.Forget();
            if (earlier.Tuner is { } tuner)
                _past.Keep(tuner);
        }

        var slot = _slots[name] = new TunerSlot(name, refusal.Path);
        slot.SetState(TunerState.Refused, refusal.Reason);
    }

    private void Unload(string name, string reason)
    {
        if (!_slots.Remove(name, out var slot))
            return;
        slot.Forget();
        if (slot.Tuner is not { } tuner)
            return;
        if (tuner.IsRunning)
        {
            launcher.Stop(tuner, null);
            EngineLog.TunerUnloaded(log, name, reason);
        }

        _past.Keep(tuner);
    }

    private void TellReloads()
    {
        if (LoadedModules.ReloadBytes < _reloadsTold + ReloadStep)
            return;
        _reloadsTold = LoadedModules.ReloadBytes;
        EngineLog.ReloadsCost(log, LoadedModules.Reloads, LoadedModules.ReloadBytes >> 20, LoadedModules.Reloads * 2);
    }
}
