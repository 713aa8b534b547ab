namespace BpfTune.Engine.Control;

/// <summary>A tunable's value in one namespace.</summary>
/// <param name="Namespace">The namespace's name.</param>
/// <param name="Value">The value now; null when it could not be read.</param>
/// <param name="Original">The value before the first change; null when it was never changed.</param>
/// <param name="Changes">How often it was changed.</param>
public sealed record TunableValueReport(string Namespace, string? Value, string? Original, long Changes)
{
    /// <summary>'on trial', or that raises did not help and how long none is tried; null when neither.</summary>
    public string? Trial { get; init; }
}
