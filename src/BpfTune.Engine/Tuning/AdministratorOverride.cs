using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>An administrator's own setting that stopped a tuner in one namespace.</summary>
/// <param name="Tuner">The tuner that stopped.</param>
/// <param name="Tunable">Full name of what was set.</param>
/// <param name="Namespace">Where.</param>
/// <param name="Pid">Who set it; 0 when nobody was seen.</param>
/// <param name="Command">That process's program; empty when nobody was seen.</param>
/// <param name="Old">The value before.</param>
/// <param name="New">The value that stands.</param>
/// <param name="Time">When.</param>
public sealed record AdministratorOverride(
    string Tuner,
    string Tunable,
    JournalNamespace Namespace,
    uint Pid,
    string Command,
    string Old,
    string New,
    DateTimeOffset Time)
{
    /// <summary>What happened and what follows, in a sentence.</summary>
    public string Sentence => Pid == 0
        ? $"{Tunable} in {Namespace.Phrase} was set by somebody who was not seen; {Tuner} stops tuning it there"
        : $"pid {Pid} ({Command}) set {Tunable} in {Namespace.Phrase}; {Tuner} stops tuning it there";
}
