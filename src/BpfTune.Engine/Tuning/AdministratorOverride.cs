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
    /// <summary>
    /// Whether it stands for all namespaces of an owner: what somebody set in one of them found no room among what is
    /// remembered, and which of them it was is not known later on.
    /// </summary>
    public bool IsOfAll => Namespace.Inode == 0;

    /// <summary>Whether it holds in a namespace.</summary>
    /// <param name="networkNamespace">The namespace.</param>
    public bool Concerns(NetworkNamespace networkNamespace) => !IsOfAll
        ? Namespace.Id == networkNamespace.Id
        : !networkNamespace.IsGlobal
            && (Namespace.Whose == NamespaceOwner.Unknown ? networkNamespace.IsTenant : Namespace.Whose == networkNamespace.Owner);

    /// <summary>What happened and what follows, in a sentence.</summary>
    public string Sentence => IsOfAll
        ? $"more is set by hand in {Namespace.Phrase} than is remembered; {Tuner} tunes nothing there until 'bpftune resume {Tuner}'"
        : Pid == 0
        ? $"{Tunable} in {Namespace.Phrase} was set by somebody who was not seen; {Tuner} stops tuning it there"
        : $"pid {Pid} ({Command}) set {Tunable} in {Namespace.Phrase}; {Tuner} stops tuning it there";
}
