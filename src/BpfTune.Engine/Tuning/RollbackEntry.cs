namespace BpfTune.Engine.Tuning;

/// <summary>One value that was to be put back; or, with <see cref="RollbackOutcome.Damaged"/>, why some are not among them.</summary>
/// <param name="Tunable">Full name of the sysctl.</param>
/// <param name="Namespace">Where.</param>
/// <param name="From">The value found; null when it could not be read.</param>
/// <param name="To">The value before the first change.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Text">The same in a sentence.</param>
public sealed record RollbackEntry(
    string Tunable, JournalNamespace Namespace, string? From, string To, RollbackOutcome Outcome, string Text)
{
    internal static RollbackEntry OfDamage(string sentence) =>
        new("", new JournalNamespace(0, 0, ""), null, "", RollbackOutcome.Damaged, sentence);
}
