using System.Text.Json;
using BpfTune.Engine.Tuning;

namespace BpfTune.Engine.Control;

/// <summary>What became of one value that was to be put back.</summary>
/// <param name="Tunable">The tunable.</param>
/// <param name="Namespace">The namespace's name.</param>
/// <param name="From">The value found; null when it could not be read.</param>
/// <param name="To">The value before the first change.</param>
/// <param name="Outcome">
/// <c>restored</c>, <c>would_restore</c>, <c>unchanged</c> (it had its old value already), <c>left</c> (somebody else
/// has set it since), <c>gone</c> (the namespace), <c>unreachable</c> (nothing leads to the namespace now), <c>failed</c>,
/// <c>unknown</c> (the line with its first value is damaged), <c>refused</c> (no tuner manages it) or <c>damaged</c> (no
/// value, but the news that part of the journal cannot be read).
/// </param>
/// <param name="Text">The same in a plain sentence.</param>
public sealed record RollbackReport(string Tunable, string Namespace, string? From, string To, string Outcome, string Text)
{
    private static readonly string[] s_failures =
        [Word(RollbackOutcome.Failed), Word(RollbackOutcome.Unknown), Word(RollbackOutcome.Refused), Word(RollbackOutcome.Damaged)];

    /// <summary>The report of an entry.</summary>
    public static RollbackReport Of(RollbackEntry entry) =>
        new(entry.Tunable, entry.Namespace.Name, entry.From, entry.To, Word(entry.Outcome), entry.Text);

    /// <summary>Whether the value could not be put back although it should have been.</summary>
    public bool IsFailure() => s_failures.Contains(Outcome);

    /// <summary>Whether this is no value, but the news that part of the journal is damaged.</summary>
    public bool IsDamage() => Outcome == Word(RollbackOutcome.Damaged);

    private static string Word(RollbackOutcome outcome) => JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString());
}
