using BpfTune.Sdk;

namespace BpfTune.Engine.Control;

/// <summary>A mechanism that could not be used.</summary>
/// <param name="Mechanism">Its kind, for example <c>fentry</c>.</param>
/// <param name="Target">What it would have been attached to.</param>
/// <param name="Reason">Why not, in a plain sentence.</param>
public sealed record AttemptReport(string Mechanism, string Target, string Reason)
{
    /// <summary>The report of a failure.</summary>
    public static AttemptReport From(MechanismFailure failure) =>
        new(MechanismNames.Of(failure.Mechanism.Kind), failure.Mechanism.Target, failure.Reason);
}
