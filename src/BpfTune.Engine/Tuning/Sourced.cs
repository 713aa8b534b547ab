namespace BpfTune.Engine.Tuning;

/// <summary>A setting, and where it was made.</summary>
/// <param name="Value">What was set.</param>
/// <param name="Source">Where: <c>/etc/bpftune/bpftune.conf:12</c>, <c>--mode</c>; empty for what is so by default.</param>
public readonly record struct Sourced<T>(T Value, string Source)
{
    /// <inheritdoc/>
    public override string ToString() => Source.Length == 0 ? $"{Value}" : $"{Value} ({Source})";
}
