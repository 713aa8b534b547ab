using System.Globalization;

/// <summary>A package that was made.</summary>
/// <param name="File">Where it is.</param>
/// <param name="Name">Its name, without version.</param>
/// <param name="Bytes">How large it is.</param>
/// <param name="Installed">How many bytes its files take when installed, as the package says.</param>
internal sealed record PackageFile(string File, string Name, long Bytes, long Installed)
{
    /// <summary>Reads what a package's tool says: 'name size', the size in KiB if a K follows, or the lines of pacman's .PKGINFO.</summary>
    /// <exception cref="FormatException">It says something else.</exception>
    public static PackageFile Parse(string file, IReadOnlyList<string> lines)
    {
        var fields = lines.Select(line => line.Split(" = ", 2)).Where(pair => pair.Length == 2).ToLookup(pair => pair[0], pair => pair[1]);
        var (name, size) = fields.Contains("pkgname")
            ? (fields["pkgname"].First(), fields["size"].First())
            : lines is [var only] && only.Split(' ') is [var first, var second] ? (first, second) : throw new FormatException($"{file} says of itself: {string.Join(' ', lines)}");
        var unit = size.EndsWith('K') ? 1024 : 1;
        return new PackageFile(file, name, new FileInfo(file).Length, long.Parse(size.TrimEnd('K'), CultureInfo.InvariantCulture) * unit);
    }
}
