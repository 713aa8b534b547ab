namespace BpfTune.Engine.Tuning;

/// <summary>What an administrator set for a tunable or a pattern of them; what was not set is null.</summary>
/// <param name="Pattern">Full names, as sysctl(8) has them: <c>net.core.*</c>.</param>
public sealed record TunableRule(RulePattern Pattern)
{
    /// <summary>What may be done with it.</summary>
    public Sourced<TuningMode>? Mode { get; init; }

    /// <summary>No member is lowered to less, in the tunable's own unit. What is in place below it stays.</summary>
    public Sourced<long>? Minimum { get; init; }

    /// <summary>No member is raised to more, in the tunable's own unit. What is in place above it stays.</summary>
    public Sourced<long>? Maximum { get; init; }

    /// <summary>Whether it may go up only.</summary>
    public Sourced<bool>? RaiseOnly { get; init; }

    /// <summary>Whether it may go down only.</summary>
    public Sourced<bool>? LowerOnly { get; init; }

    /// <summary>Where the first of it was set; empty when nothing is.</summary>
    public string Source => Mode?.Source ?? Minimum?.Source ?? Maximum?.Source ?? RaiseOnly?.Source ?? LowerOnly?.Source ?? "";

    /// <summary>What in it contradicts itself, as a sentence without a full stop; null when nothing does.</summary>
    public string? Contradiction => this switch
    {
        { Minimum.Value: var least, Maximum.Value: var most } when least > most => $"min {least} is above max {most}",
        { RaiseOnly.Value: true, LowerOnly.Value: true } => "raise-only and lower-only leave nothing to do; say mode = off",
        _ => null,
    };
}
