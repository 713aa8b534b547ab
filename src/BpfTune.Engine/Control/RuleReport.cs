using System.Globalization;
using BpfTune.Engine.Tuning;

namespace BpfTune.Engine.Control;

/// <summary>Something that an administrator's settings say of a tunable.</summary>
/// <param name="Setting"><c>mode</c>, <c>min</c>, <c>max</c>, <c>raise_only</c> or <c>lower_only</c>.</param>
/// <param name="Value">As it was set: <c>advise</c>, <c>16777216</c>, <c>yes</c>.</param>
/// <param name="Source">Where it was set: <c>/etc/bpftune/bpftune.conf:12</c>.</param>
/// <param name="Namespace">A name or pattern of namespaces, where it is about those; null for all.</param>
public sealed record RuleReport(string Setting, string Value, string Source, string? Namespace = null)
{
    /// <summary>All that is said of a tunable; nothing for what is so by default.</summary>
    /// <param name="rules">The settings.</param>
    /// <param name="ruling">What they say where no namespace is meant.</param>
    public static IReadOnlyList<RuleReport> Of(TuningRules rules, TunableRuling ruling)
    {
        var reports = new List<RuleReport>();
        if (ruling.Mode.Source.Length > 0)
            reports.Add(new RuleReport("mode", Word(ruling.Mode.Value), ruling.Mode.Source));
        AddLimit("min", ruling.Minimum);
        AddLimit("max", ruling.Maximum);
        AddSwitch("raise_only", ruling.RaiseOnly);
        AddSwitch("lower_only", ruling.LowerOnly);
        reports.AddRange(rules.Namespaces.Select(rule => new RuleReport("mode", Word(rule.Mode.Value), rule.Mode.Source, rule.Pattern.Text)));
        return reports;

        void AddLimit(string setting, Sourced<long>? limit)
        {
            if (limit is { } set)
                reports.Add(new RuleReport(setting, set.Value.ToString(CultureInfo.InvariantCulture), set.Source));
        }

        void AddSwitch(string setting, Sourced<bool>? only)
        {
            if (only is { } set)
                reports.Add(new RuleReport(setting, set.Value ? "yes" : "no", set.Source));
        }
    }

    /// <summary>A mode as it is written in the settings.</summary>
    public static string Word(TuningMode mode) => mode.ToString().ToLowerInvariant();
}
