namespace BpfTune.Engine.Control;

/// <summary>A change that was not made because the mode is advise.</summary>
/// <param name="Id">Eight hexadecimal digits, the same on every host and after every restart.</param>
/// <param name="Tuner">Who gives it.</param>
/// <param name="Tunable">Full name of the setting.</param>
/// <param name="Member">The members that would move, with a + between several; empty for a plain setting.</param>
/// <param name="Namespace">Where, by the namespace's name.</param>
/// <param name="Scenario">The reason's stable name.</param>
/// <param name="Ignored">Whether an administrator does not want it.</param>
public sealed record AdviceReport(
    string Id, string Tuner, string Tunable, string Member, string Namespace, string Scenario, bool Ignored)
{
    /// <summary>When it was seen first; null for what is ignored and was not seen since the start, as all below.</summary>
    public DateTimeOffset? First { get; init; }

    /// <summary>When it was seen last.</summary>
    public DateTimeOffset? Last { get; init; }

    /// <summary>How often the change would have been made.</summary>
    public long Count { get; init; }

    /// <summary>The value that the kernel had at the last time.</summary>
    public string? Value { get; init; }

    /// <summary>The value advised.</summary>
    public string? Advised { get; init; }

    /// <summary>What was measured at the last time.</summary>
    public string? Evidence { get; init; }
}
