using BpfTune.Engine.Control;
using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tuning;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Running;

/// <summary>Mode and limits while the engine runs, and what follows for tuners when an administrator changes them.</summary>
internal sealed class RulesInForce(
    RuleGate gate, OverrideRegistry overrides, NamespaceRegistry namespaces, RateLimits rates, TunerManager tuners, ILogger log)
{
    /// <summary>What holds now.</summary>
    public TuningRules Now => gate.Rules;

    /// <summary>Puts others in their place: tuners that act by themselves are told, and events that rested are welcome again.</summary>
    public void Replace(TuningRules rules)
    {
        var before = HeldBack();
        gate.Replace(rules);
        var after = HeldBack();
        foreach (var (tuner, place) in before.Union(after))
        {
            if (before.Contains((tuner, place)) != after.Contains((tuner, place)))
                tuners.OnOverrideChanged(tuner.Name, place.Id, after.Contains((tuner, place)));
        }

        foreach (var tuner in tuners.Running)
        {
            foreach (var where in namespaces.Known)
                rates.Unmute(where, tuner.Id, tuner.Events.Values);
        }

        TuningLog.RulesRead(log, RuleReport.Word(rules.General.Value));
        WarnOfNothing();
    }

    /// <summary>A rule for what nobody manages may be a slip of the pen, and then something is tuned that should not be.</summary>
    public void WarnOfNothing()
    {
        foreach (var rule in Now.Tunables.Where(rule => !overrides.ManagedTunables.Any(tunable => rule.Pattern.Matches(tunable.Name))))
            TuningLog.RuleOfNothing(log, rule.Source, rule.Pattern.Text);
    }

    private HashSet<(RunningTuner Tuner, NetworkNamespace Where)> HeldBack() =>
        [.. tuners.Running.SelectMany(_ => namespaces.Known, (tuner, where) => (tuner, where)).Where(one => one.tuner.IsOverridden(one.where))];
}
