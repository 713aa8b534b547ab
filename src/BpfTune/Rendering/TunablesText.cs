using System.Globalization;
using BpfTune.Engine.Control;
using BpfTune.Sdk;

namespace BpfTune.Rendering;

/// <summary>The listing of tunables.</summary>
internal static class TunablesText
{
    /// <summary>Each tunable in full: what it is, its bounds, its values.</summary>
    internal static void Write(TextWriter output, IReadOnlyList<TunableReport> tunables)
    {
        if (tunables.Count == 0)
            output.Line("no running tuner manages a tunable");
        foreach (var tunable in tunables)
        {
            var scope = tunable.Scope == "machine" ? "one value for the machine" : "one value in each namespace";
            output.Line($"{tunable.Name}  {tunable.Summary} ({tunable.Tuner}, {tunable.Unit}, {scope})");
            foreach (var member in tunable.Members)
                output.Line($"  {(member.Name.Length == 0 ? "value" : member.Name)} {Bounds(member)}");
            foreach (var rule in tunable.Rules)
                output.Line($"  {Rule(rule)}");
            foreach (var value in tunable.Values)
                output.Line($"  {Value(value)}");
            if (tunable.Values.Count == 0)
                output.Line("  this kernel has no such setting");
        }
    }

    /// <summary>A table of values: for the status page.</summary>
    internal static void WriteValues(TextWriter output, IReadOnlyList<TunableReport> tunables, string indent)
    {
        var table = new TextTable("TUNABLE", "NAMESPACE", "VALUE", "CHANGED FROM");
        foreach (var tunable in tunables)
        {
            foreach (var value in tunable.Values)
                table.Add(tunable.Name, value.Namespace, value.Value ?? "unreadable", value.Original ?? "");
        }

        if (!table.IsEmpty)
            table.Write(output, indent);
    }

    private static string Value(TunableValueReport value)
    {
        var now = $"{value.Namespace}: {value.Value ?? "unreadable"}";
        if (value.Original is not null)
            now = $"{now} (was {value.Original}; {Words.Count(value.Changes, "change")})";
        return value.Trial is null ? now : $"{now}; {value.Trial}";
    }

    private static string Rule(RuleReport rule)
    {
        var what = rule.Setting is "raise_only" or "lower_only" ? rule.Setting.Replace('_', '-') : $"{rule.Setting} {rule.Value}";
        return rule.Namespace is null ? $"{what} ({rule.Source})" : $"{what} in namespace {rule.Namespace} ({rule.Source})";
    }

    private static string Bounds(MemberReport member)
    {
        var minimum = member.Minimum.ToString(CultureInfo.InvariantCulture);
        // Such a tunable is bounded by what its tuner finds, not by a number.
        if (member.Maximum == long.MaxValue)
            return $"from {minimum} up";
        var maximum = member.Maximum == ValueRange.NonNegativeInt.Maximum ? "INT_MAX" : member.Maximum.ToString(CultureInfo.InvariantCulture);
        return $"from {minimum} to {maximum}";
    }
}
