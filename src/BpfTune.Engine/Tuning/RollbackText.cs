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
            _ => $"{what} could not be put back to '{trail.Original}'",
        };
    }
}
