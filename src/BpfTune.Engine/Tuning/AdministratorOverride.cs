using BpfTune.Sdk;

namespace BpfTune.Engine.Tuning;

/// <summary>An administrator's own setting that stopped a tuner in one namespace.</summary>
/// <param name="Tuner">The tuner that stopped.</param>
/// <param name="Tunable">Full name of what was set.</param>
/// <param name="Namespace">Where.</param>
/// <param name="Pid">Who set it.</param>
/// <param name="Command">That process's command name.</param>
/// <param name="Old">The value before.</param>
/// <param name="New">The text written.</param>
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
    public string Sentence =>
        $"pid {Pid} ({Command}) set {Tunable} in {Namespace.Phrase}; {Tuner} stops tuning it there";

    /// <summary>Whether this concerns a namespace.</summary>
    internal bool IsIn(NetworkNamespace networkNamespace) => Namespace.Id == networkNamespace.Id;
}
