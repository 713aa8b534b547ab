namespace DotNet.Testcontainers.Configurations;

/// <summary>How a container may use what is mounted into it.</summary>
public readonly struct AccessMode : IEquatable<AccessMode>
{
    /// <summary>It may read.</summary>
    public static readonly AccessMode ReadOnly = new("ro");

    /// <summary>It may read and write.</summary>
    public static readonly AccessMode ReadWrite = new("rw");

    private AccessMode(string value) => Value = value;

    /// <summary>As the command line says it.</summary>
    public string Value { get; }

    /// <summary>Whether both allow the same.</summary>
    public static bool operator ==(AccessMode left, AccessMode right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(AccessMode left, AccessMode right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(AccessMode other) => Value == other.Value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is AccessMode other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(Value, StringComparison.Ordinal);
}
