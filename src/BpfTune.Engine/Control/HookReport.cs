using BpfTune.Sdk;

namespace BpfTune.Engine.Control;

/// <summary>How a hook came out on this kernel.</summary>
/// <param name="Name">The hook's name.</param>
/// <param name="Mechanism">The mechanism in use, for example <c>tp_btf</c>; null when the hook is lost.</param>
/// <param name="Target">What it is attached to.</param>
/// <param name="WhenLost">What does not happen without it; null while it works.</param>
/// <param name="Failures">The mechanisms tried before, and why each failed.</param>
public sealed record HookReport(
    string Name,
    string? Mechanism,
    string? Target,
    string? WhenLost,
    IReadOnlyList<AttemptReport> Failures)
{
    /// <summary>The report of a hook's status.</summary>
    public static HookReport From(HookStatus status) => new(
        status.Hook.Name,
        status.Chosen is null ? null : MechanismNames.Of(status.Chosen.Kind),
        status.Chosen?.Target,
        status.Works ? null : status.Hook.WhenLost,
        [.. status.Failures.Select(AttemptReport.From)]);
}
