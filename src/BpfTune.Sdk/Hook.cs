using System.Collections.Immutable;

namespace BpfTune.Sdk;

/// <summary>
/// Something a tuner wants to know, with the ways to learn it. The engine takes the first mechanism that this kernel
/// loads and attaches; when none does, only this hook is lost.
/// </summary>
/// <param name="Name">Short name in snake_case, unique within the tuner.</param>
/// <param name="WhenLost">What does not happen without it, as a clause: 'send buffers are not raised'.</param>
/// <param name="Mechanisms">Best first.</param>
public sealed record Hook(string Name, string WhenLost, params ImmutableArray<Mechanism> Mechanisms);
