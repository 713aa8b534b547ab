using System.Globalization;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>What an administrator's settings say of one tunable in one namespace.</summary>
public sealed record TunableRuling
{
    /// <summary>What may be done.</summary>
    public Sourced<TuningMode> Mode { get; init; } = new(TuningMode.Tune, "");

    /// <summary>No member is lowered to less, in the tunable's own unit; null when nothing was set.</summary>
    public Sourced<long>? Minimum { get; init; }

    /// <summary>No member is raised to more, in the tunable's own unit; null when nothing was set.</summary>
    public Sourced<long>? Maximum { get; init; }

    /// <summary>Set when it may go up only.</summary>
    public Sourced<bool>? RaiseOnly { get; init; }

    /// <summary>Set when it may go down only.</summary>
    public Sourced<bool>? LowerOnly { get; init; }

    /// <summary>
    /// A decision with every member that moves within these limits. A value in place is never moved by a limit: one that
    /// lies beyond it only goes no further. Words have neither order nor limits.
    /// </summary>
    /// <param name="decision">What would be written.</param>
    /// <param name="current">What the kernel has.</param>
    internal PolicyDecision Clip(PolicyDecision decision, TunableValue current)
    {
        if (decision.Value is not { } value || value.Numbers.IsEmpty || value.Numbers.Length != current.Numbers.Length)
            return decision;
        string? why = null;
        for (var i = 0; i < value.Numbers.Length; i++)
        {
            var (limited, reason) = value[i] > current[i] ? Raise(current[i], value[i])
                : value[i] < current[i] ? Lower(current[i], value[i])
                : (value[i], null);
            if (limited == value[i])
                continue;
            why = reason;
            value = value.With(i, limited);
        }

        return value.Equals(current) && why is not null
            ? PolicyDecision.Refuse(ProposalOutcome.NotWanted, why)
            : PolicyDecision.Write(value);
    }

    private (long Value, string? Reason) Raise(long current, long wanted) => this switch
    {
        { LowerOnly: { } only } => (current, $"it may go down only ({only.Source})"),
        { Maximum: { } most } => (Math.Max(current, Math.Min(wanted, most.Value)), Limit("max", most)),
        _ => (wanted, null),
    };

    private (long Value, string? Reason) Lower(long current, long wanted) => this switch
    {
        { RaiseOnly: { } only } => (current, $"it may go up only ({only.Source})"),
        { Minimum: { } least } => (Math.Min(current, Math.Max(wanted, least.Value)), Limit("min", least)),
        _ => (wanted, null),
    };

    private static string Limit(string name, Sourced<long> limit) =>
        string.Create(CultureInfo.InvariantCulture, $"{name} is set to {limit.Value} ({limit.Source})");
}
