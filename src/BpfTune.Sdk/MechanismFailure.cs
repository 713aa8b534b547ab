namespace BpfTune.Sdk;

/// <summary>Why a mechanism could not be used, in a plain sentence.</summary>
/// <param name="Mechanism">Kind and target.</param>
/// <param name="Reason">For example 'the kernel has no function tcp_sndbuf_expand to trace'.</param>
public sealed record MechanismFailure(MechanismStatus Mechanism, string Reason);
