namespace BpfTune.Sdk;

/// <summary>Inclusive bounds that no proposal passes.</summary>
/// <param name="Minimum">Smallest value that may be set.</param>
/// <param name="Maximum">Largest value that may be set.</param>
public readonly record struct ValueRange(long Minimum, long Maximum)
{
    /// <summary>0 to <see cref="int.MaxValue"/>: what most networking sysctls can hold.</summary>
    public static ValueRange NonNegativeInt { get; } = new(0, int.MaxValue);

    /// <summary>Brings a value within the bounds.</summary>
    public long Clip(long value) => Math.Clamp(value, Minimum, Maximum);
}
