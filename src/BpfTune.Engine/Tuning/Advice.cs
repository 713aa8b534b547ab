using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>A change that was not made because the mode is advise.</summary>
/// <param name="Subject">What it is about.</param>
/// <param name="Tunable">The setting.</param>
/// <param name="Namespace">Where.</param>
/// <param name="First">When it was seen first.</param>
/// <param name="Last">When it was seen last.</param>
/// <param name="Count">How often it would have been made.</param>
/// <param name="Old">The value that the kernel had at the last time.</param>
/// <param name="New">The value that would have been written, within all limits.</param>
/// <param name="Evidence">What was measured at the last time.</param>
public sealed record Advice(
    AdviceSubject Subject,
    Tunable Tunable,
    NetworkNamespace Namespace,
    DateTimeOffset First,
    DateTimeOffset Last,
    long Count,
    TunableValue Old,
    TunableValue New,
    string Evidence)
{
    /// <summary>What was counted when it was seen last, against which it is measured if it is done; null where nothing is counted.</summary>
    internal Trial? Counted { get; init; }
}
