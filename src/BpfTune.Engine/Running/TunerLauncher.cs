using BpfTune.Engine.Control;
using BpfTune.Engine.Hooks;
using BpfTune.Engine.Loop;
using BpfTune.Engine.Plugins;
using BpfTune.LibBpf;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Running;

/// <summary>Brings a tuner to run: its declaration, its programs in the kernel, what it manages; and ends it again.</summary>
internal sealed class TunerLauncher(
    KernelFacts kernel,
    HookLoader hooks,
    SharedMaps shared,
    TunerServices services,
    EventDispatcher dispatcher,
    ILoggerFactory loggers,
    ILogger log)
{
    private const string NearShiftName = "bpftune_near_shift";

    private ushort _lastId;

    /// <summary>Starts a tuner; the slot says how that went. What the tuner throws is thrown here.</summary>
    public void Start(TunerSlot slot, Tuner tuner)
    {
        var declaration = new TunerDeclaration();
        using (services.Calls.Enter(slot.Site!, "its declaration"))
        {
            slot.Summary = TunerAnswers.Summary(tuner);
            if (TunerAnswers.NotNeededBecause(tuner, kernel) is { } reason)
            {
                EngineLog.TunerNotNeeded(log, slot.Name, reason);
                slot.SetState(TunerState.NotNeeded, reason);
                return;
            }

            tuner.Declare(declaration);
        }

        declaration.Object(declaration.Image, WithLearningRate(slot.Site!, declaration.Configure));
        var loaded = hooks.Load(slot.Name, ++_lastId, declaration, shared);
        var running = new RunningTuner(
            tuner, slot.Site!, _lastId, declaration, loaded, services, loggers.CreateLogger(slot.Name));
        slot.Tuner = running;
        ReportHooks(slot.Name, loaded.Hooks);
        if (loaded.Hooks.Length > 0 && loaded.Hooks.All(h => !h.Works))
        {
            Stop(running, "none of its hooks works on this kernel");
            slot.SetState(TunerState.Disabled, running.Failure);
            return;
        }

        dispatcher.Add(running);
        services.Overrides.Manage(slot.Name, declaration.Tunables);
        running.Start();
        slot.SetState(TunerState.Running, null);
        EngineLog.TunerLoaded(log, slot.Name, FaultText.OneLine(slot.Path), HooksInWords(loaded.Hooks));
    }

    /// <summary>Ends one.</summary>
    /// <param name="tuner">It may have ended already.</param>
    /// <param name="failure">Why, when it is not by anybody's wish.</param>
    public void Stop(RunningTuner tuner, string? failure)
    {
        dispatcher.Remove(tuner);
        services.Changes.TunerStopped(tuner.Name);
        services.Overrides.Unmanage(tuner.Name);
        tuner.Stop(failure);
    }

    /// <summary>Programs decide what is near a limit by the same rate as the tuner (bpf/include/bpftune/events.h).</summary>
    private Action<BpfObject> WithLearningRate(TunerCallSite site, Action<BpfObject>? configure) => bpf =>
    {
        if (bpf.Variables.Any(v => v.Name == NearShiftName))
            bpf.SetVariable(NearShiftName, (uint)services.LearningRate.Shift);
        using var call = services.Calls.Enter(site, "the setting up of its BPF object");
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
}
