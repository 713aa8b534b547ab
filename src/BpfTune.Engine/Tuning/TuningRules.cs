using System.Collections.Immutable;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// Mode and limits as an administrator set them. Of several rules that are about a tunable the most specific one that
/// says something wins, for each setting by itself: a name before a pattern, a pattern with more characters of its own
/// before one with fewer, the later one before the earlier. Of a tunable's mode and its namespace's the more cautious
/// counts; the mode for everything is for what no rule is about.
/// </summary>
public sealed class TuningRules
{
    private static readonly Sourced<TuningMode> s_default = new(TuningMode.Tune, "");

    private ImmutableArray<TunableRule> _tunables = [];
    private ImmutableArray<NamespaceRule> _namespaces = [];
    private TunableRuling? _plain;

    /// <summary>No rules: everything is tuned within its bounds.</summary>
    public static TuningRules None { get; } = new();

    /// <summary>The mode for everything that no rule is about; null when it was not set.</summary>
    public Sourced<TuningMode>? Mode { get; init; }

    /// <summary>What no rule goes beyond: <c>--mode</c> or <c>--dry-run</c>; null when there is no such bound.</summary>
    public Sourced<TuningMode>? Most { get; init; }

    /// <summary>What is set for tunables, in the order in which it was.</summary>
    public ImmutableArray<TunableRule> Tunables
    {
        get => _tunables;
        // Stable: of equals the later one comes first.
        init => _tunables = [.. value.Reverse().OrderByDescending(rule => rule.Pattern.Weight)];
    }

    /// <summary>What is set for namespaces, in the order in which it was.</summary>
    public ImmutableArray<NamespaceRule> Namespaces
    {
        get => _namespaces;
        init => _namespaces = [.. value.Reverse().OrderByDescending(rule => rule.Pattern.Weight)];
    }

    /// <summary>The mode that holds where no rule says otherwise.</summary>
    public Sourced<TuningMode> General => AtMost(Mode ?? s_default);

    /// <summary>What holds for a tunable in a namespace.</summary>
    /// <param name="tunable">Its full name.</param>
    /// <param name="networkNamespace">
    /// Where its value is, the global namespace for a machine-wide one; null for what holds where no rule is about the namespace.
    /// </param>
    public TunableRuling Of(string tunable, NetworkNamespace? networkNamespace)
    {
        if (IsPlain)
            return _plain ??= new TunableRuling { Mode = General };
        var ruling = new TunableRuling();
        Sourced<TuningMode>? mode = null;
        var isDirectionSet = false;
        foreach (var rule in Tunables)
        {
            if (!rule.Pattern.Matches(tunable))
                continue;
            mode ??= rule.Mode;
            ruling = ruling with { Minimum = ruling.Minimum ?? rule.Minimum, Maximum = ruling.Maximum ?? rule.Maximum };
            if (isDirectionSet || (rule.RaiseOnly is null && rule.LowerOnly is null))
                continue;
            isDirectionSet = true;
            ruling = ruling with { RaiseOnly = IfSo(rule.RaiseOnly), LowerOnly = IfSo(rule.LowerOnly) };
        }

        return ruling with { Mode = AtMost(MoreCautious(mode, networkNamespace is null ? null : ModeIn(networkNamespace)) ?? General) };
    }

    /// <summary>
    /// Whether a tuner may act in a namespace by other means than writing tunables: it may where all that it manages in
    /// each namespace is tuned.
    /// </summary>
    /// <param name="tunables">What it manages.</param>
    /// <param name="networkNamespace">Where.</param>
    public bool Tunes(IEnumerable<Tunable> tunables, NetworkNamespace networkNamespace)
    {
        if (IsPlain)
            return General.Value == TuningMode.Tune;
        var perNamespace = tunables.Where(tunable => tunable.Scope == TunableScope.Namespace).ToArray();
        return perNamespace.Length == 0
            ? AtMost(ModeIn(networkNamespace) ?? General).Value == TuningMode.Tune
            : perNamespace.All(tunable => Of(tunable.Name, networkNamespace).Mode.Value == TuningMode.Tune);
    }

    /// <summary>Without sections, as nearly everywhere, the same holds for everything.</summary>
    private bool IsPlain => _tunables.IsEmpty && _namespaces.IsEmpty;

    private Sourced<TuningMode>? ModeIn(NetworkNamespace networkNamespace)
    {
        foreach (var rule in Namespaces)
        {
            if (rule.Concerns(networkNamespace))
                return rule.Mode;
        }

        return null;
    }

    private Sourced<TuningMode> AtMost(Sourced<TuningMode> mode) => Most is { } most && most.Value < mode.Value ? most : mode;

    private static Sourced<TuningMode>? MoreCautious(Sourced<TuningMode>? one, Sourced<TuningMode>? other) =>
        one is null || other?.Value < one.Value.Value ? other ?? one : one;

    private static Sourced<bool>? IfSo(Sourced<bool>? setting) => setting is { Value: true } ? setting : null;
}
