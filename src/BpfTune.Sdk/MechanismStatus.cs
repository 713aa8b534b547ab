namespace BpfTune.Sdk;

/// <summary>A mechanism as this kernel's object shows it.</summary>
/// <param name="Mechanism">The declaration.</param>
/// <param name="Kind">The kind, read from the program's section.</param>
/// <param name="Target">The traced function or tracepoint, 'cgroup root', or the counter's name.</param>
public sealed record MechanismStatus(Mechanism Mechanism, MechanismKind Kind, string Target);
