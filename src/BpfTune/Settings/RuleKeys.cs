using System.Collections.Immutable;
using System.Globalization;
using BpfTune.Engine.Tuning;

namespace BpfTune.Settings;

/// <summary>The keys of sections for tunables and namespaces, and how modes and limits are written.</summary>
internal static class RuleKeys
{
    /// <summary>Whether such sections have such a key.</summary>
    /// <param name="key">As <see cref="SettingsLine.Key"/> has it.</param>
    internal static bool IsKnown(string key) => key is "mode" or "min" or "max" or "raise_only" or "lower_only";

    /// <summary>Sets one key of a section for tunables.</summary>
    /// <returns>Null when it was set; else what is wrong with it, as a sentence without a full stop.</returns>
    internal static string? ApplyTunable(ref DaemonSettings settings, RulePattern pattern, string key, string written, string source)
    {
        if (!IsKnown(key))
            return $"a section [tunable NAME] has mode, min, max, raise-only and lower-only, but no '{SettingKeys.Short(key)}'";
        var text = SettingsValue.Scalar(written, out var problem);
        if (text is null)
            return $"{key}: {problem}";
        var rules = settings.TunableRules ?? [];
        var earlier = rules.FirstOrDefault(one => one.Pattern == pattern);
        var rule = earlier ?? new TunableRule(pattern);
        rule = key switch
        {
            "mode" => rule with { Mode = Mode(key, text, source, ref problem) },
            "min" => rule with { Minimum = Size(key, text, source, ref problem) },
            "max" => rule with { Maximum = Size(key, text, source, ref problem) },
            "raise_only" => rule with { RaiseOnly = Switch("raise-only", text, source, ref problem) },
            _ => rule with { LowerOnly = Switch("lower-only", text, source, ref problem) },
        };
        if (problem is null)
            settings = settings with { TunableRules = Put(rules, earlier, rule) };
        return problem;
    }

    /// <summary>Sets one key of a section for namespaces.</summary>
    /// <returns>Null when it was set; else what is wrong with it, as a sentence without a full stop.</returns>
    internal static string? ApplyNamespace(ref DaemonSettings settings, RulePattern pattern, string key, string written, string source)
    {
        if (key != "mode")
            return $"a section [namespace NAME] has mode, but no '{SettingKeys.Short(key)}'";
        var text = SettingsValue.Scalar(written, out var problem);
        if (text is null)
            return $"{key}: {problem}";
        var rules = settings.NamespaceRules ?? [];
        if (Mode(key, text, source, ref problem) is { } mode)
        {
            var earlier = rules.FirstOrDefault(one => one.Pattern == pattern);
            settings = settings with { NamespaceRules = Put(rules, earlier, new NamespaceRule(pattern, mode)) };
        }

        return problem;
    }

    /// <summary>A mode; null with the problem when it is none.</summary>
    internal static Sourced<TuningMode>? Mode(string key, string text, string source, ref string? problem)
    {
        TuningMode? mode = text.ToLowerInvariant() switch
        {
            "tune" => TuningMode.Tune,
            "advise" => TuningMode.Advise,
            "off" => TuningMode.Off,
            _ => null,
        };
        if (mode is null)
            problem = $"{key} is tune, advise or off, not '{SettingKeys.Short(text)}'";
        return mode is { } known ? new Sourced<TuningMode>(known, source) : null;
    }

    // The later one counts among equals: it takes the last place.
    private static ImmutableArray<T> Put<T>(ImmutableArray<T> rules, T? earlier, T rule)
        where T : class => (earlier is null ? rules : rules.Remove(earlier)).Add(rule);

    private static Sourced<long>? Size(string key, string text, string source, ref string? problem)
    {
        var shift = text is [.., var last] ? char.ToUpperInvariant(last) switch
        {
            'K' => 10,
            'M' => 20,
            'G' => 30,
            _ => 0,
        } : 0;
        var digits = shift == 0 ? text : text[..^1];
        if (long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue >> shift)
            return new Sourced<long>(number << shift, source);
        problem = $"{key} is a number, perhaps with K, M or G behind it, not '{SettingKeys.Short(text)}'";
        return null;
    }

    private static Sourced<bool>? Switch(string key, string text, string source, ref string? problem) =>
        SettingKeys.Switch(key, text, ref problem) is { } value ? new Sourced<bool>(value, source) : null;
}
