using System.ComponentModel;
using System.Globalization;

namespace Nuke.Common.IO;

/// <summary>An absolute path of a file or directory, normalized: no dots, no trailing slash.</summary>
[TypeConverter(typeof(Converter))]
public sealed class AbsolutePath : IEquatable<AbsolutePath>
{
    private readonly string _path;

    private AbsolutePath(string path) => _path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    /// <summary>The last part of the path.</summary>
    public string Name => Path.GetFileName(_path);

    /// <summary>The last part without its last extension.</summary>
    public string NameWithoutExtension => Path.GetFileNameWithoutExtension(_path);

    /// <summary>The directory above; null at the root.</summary>
    public AbsolutePath? Parent => Path.GetDirectoryName(_path) is { } parent ? new AbsolutePath(parent) : null;

    /// <summary>A path below (or, with dots, beside) this one. A rooted right side is refused: it would drop the left.</summary>
    public static AbsolutePath operator /(AbsolutePath left, string? right)
    {
        ArgumentNullException.ThrowIfNull(left);
        if (Path.IsPathRooted(right))
            throw new ArgumentException($"'{right}' is rooted, so it cannot follow '{left}'.", nameof(right));
        return new AbsolutePath(Path.Combine(left._path, right ?? ""));
    }

    /// <summary>The path with some text at its end.</summary>
    public static AbsolutePath operator +(AbsolutePath left, string? right) => new(left.ToString() + right);

    /// <summary>Equal as text.</summary>
    public static bool operator ==(AbsolutePath? left, AbsolutePath? right) => Equals(left, right);

    /// <summary>Not equal as text.</summary>
    public static bool operator !=(AbsolutePath? left, AbsolutePath? right) => !Equals(left, right);

    /// <summary>Takes a text that is rooted.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(path))]
    public static implicit operator AbsolutePath?(string? path)
    {
        if (path is null)
            return null;

        Assert.True(Path.IsPathRooted(path), $"Path '{path}' must be rooted");
        return new AbsolutePath(path);
    }

    /// <summary>The path as text.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(path))]
    public static implicit operator string?(AbsolutePath? path) => path?._path;

    /// <inheritdoc/>
    public bool Equals(AbsolutePath? other) => other is not null && string.Equals(_path, other._path, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AbsolutePath);

    /// <inheritdoc/>
    public override int GetHashCode() => _path.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => _path;

    // A parameter may be given relative to the directory in which the caller stands.
    private sealed class Converter : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) =>
            sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

        public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
            value is string text ? new AbsolutePath(text) : base.ConvertFrom(context, culture, value);
    }
}
