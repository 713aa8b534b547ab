using System.Collections.Immutable;

namespace BpfTune.Sdk;

/// <summary>What became of a hook on this kernel.</summary>
/// <param name="Hook">The hook.</param>
/// <param name="Chosen">The mechanism in use; null when the hook is lost.</param>
/// <param name="Failures">Each mechanism that was tried before it, and why it failed.</param>
public sealed record HookStatus(Hook Hook, MechanismStatus? Chosen, ImmutableArray<MechanismFailure> Failures)
{
    /// <summary>Whether the fact can be observed here.</summary>
    public bool Works => Chosen is not null;
}
