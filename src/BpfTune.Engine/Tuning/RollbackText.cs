namespace BpfTune.Engine.Tuning;

/// <summary>Says in a sentence what became of a value that was to be put back.</summary>
internal static class RollbackText
{
    internal static string Describe(TunableTrail trail, string? found, RollbackOutcome outcome)
    {
        var what = $"{trail.Tunable} in {trail.Namespace.Phrase}";
        return outcome switch
        {
            RollbackOutcome.Restored => $"{what} put back from '{found}' to '{trail.Original}'",
            RollbackOutcome.WouldRestore => $"{what} would be put back from '{found}' to '{trail.Original}'",
            RollbackOutcome.Unchanged => $"{what} has its old value '{trail.Original}' already",
            RollbackOutcome.Left =>
                $"{what} is '{found}', which somebody else has set since: left as it is (before our first change it was '{trail.Original}')",
            RollbackOutcome.Gone => $"{trail.Namespace.Phrase} is gone, and {trail.Tunable} with it: nothing to put back",
            RollbackOutcome.Unreachable =>
                $"{trail.Namespace.Phrase} has no name and no process now: {trail.Tunable} there is not put back (to '{trail.Original}') unless something leads to it again",
            RollbackOutcome.Unknown =>
                $"{what} cannot be put back, since the journal is damaged and may lack the line with its first value: left as it is",
            RollbackOutcome.Refused =>
                $"'{Harmless(trail.Tunable)}' is not a tunable that a tuner manages: left alone",
            _ => $"{what} could not be put back to '{trail.Original}'",
        };
    }

    /// <summary>A name from a file, which may hold anything.</summary>
    private static string Harmless(string name) =>
        string.Concat(name.Take(128).Select(c => c is >= ' ' and <= '~' ? c : '?'));
}
