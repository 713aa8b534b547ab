using BpfTune.Sdk;

namespace BpfTune.Engine.Control;

/// <summary>A tunable that a tuner manages.</summary>
/// <param name="Tuner">The tuner's name.</param>
/// <param name="Name">Full name, as sysctl(8) has it.</param>
/// <param name="Scope"><c>machine</c> or <c>namespace</c>.</param>
/// <param name="Unit">What its numbers count: <c>bytes</c>, <c>pages</c>, <c>count</c>, <c>microseconds</c>, <c>switch</c> or <c>text</c>.</param>
/// <param name="Summary">What it is, in one line.</param>
/// <param name="Members">Name and bounds of each of its members.</param>
/// <param name="Values">Its value in the global namespace and wherever it was changed; none where this kernel lacks it.</param>
public sealed record TunableReport(
    string Tuner,
    string Name,
    string Scope,
    string Unit,
    string Summary,
    IReadOnlyList<MemberReport> Members,
    IReadOnlyList<TunableValueReport> Values)
{
    /// <summary>What an administrator's settings say of it; nothing where they say nothing.</summary>
    public IReadOnlyList<RuleReport> Rules { get; init; } = [];

    /// <summary>The report of a tunable.</summary>
    public static TunableReport From(string tuner, Tunable tunable, IReadOnlyList<TunableValueReport> values) => new(
        tuner,
        tunable.Name,
        tunable.Scope == TunableScope.Machine ? "machine" : "namespace",
        tunable.Unit switch
        {
            TunableUnit.Bytes => "bytes",
            TunableUnit.Pages => "pages",
            TunableUnit.Microseconds => "microseconds",
            TunableUnit.Switch => "switch",
            TunableUnit.Text => "text",
            _ => "count",
        },
        tunable.Summary,
        [.. tunable.Members.Select((name, i) => new MemberReport(name, tunable.BoundsOf(i).Minimum, tunable.BoundsOf(i).Maximum))],
        values);
}
