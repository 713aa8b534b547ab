using System.Globalization;
using System.Text.RegularExpressions;

/// <summary>
/// Writes a version into a copy of the sources. In the repository itself Directory.Build.props alone decides, and a test sees that the
/// packages' recipes, which each packager's tools read by themselves, say the same.
/// </summary>
internal static partial class VersionStamp
{
    /// <summary>The files that name the version, and how: the expression's first group is it.</summary>
    public static IReadOnlyDictionary<string, Regex> Files { get; } = new Dictionary<string, Regex>
    {
        ["Directory.Build.props"] = Properties(),
        ["packaging/deb/changelog"] = Changelog(),
        ["packaging/rpm/bpftune.spec"] = Spec(),
        ["packaging/arch/PKGBUILD"] = Recipe(),
    };

    /// <summary>Writes it.</summary>
    /// <param name="sources">Where the copy is.</param>
    /// <param name="version">Such as 0.1.0.</param>
    /// <param name="revision">Of the packages, counted from 1 for each version.</param>
    public static void Write(string sources, string version, int revision)
    {
        foreach (var (name, expression) in Files)
            Replace(Path.Combine(sources, name), expression, version);

        var number = revision.ToString(CultureInfo.InvariantCulture);
        Replace(Path.Combine(sources, "packaging/deb/changelog"), ChangelogRevision(), number);
        Replace(Path.Combine(sources, "packaging/rpm/bpftune.spec"), SpecRevision(), number);
        Replace(Path.Combine(sources, "packaging/arch/PKGBUILD"), RecipeRevision(), number);
    }

    private static void Replace(string file, Regex expression, string value)
    {
        var text = File.ReadAllText(file);
        var found = expression.Match(text);
        if (!found.Success)
            throw new InvalidOperationException($"{file} names no version as it should: {expression}");
        var place = found.Groups[1];
        File.WriteAllText(file, text[..place.Index] + value + text[(place.Index + place.Length)..]);
    }

    [GeneratedRegex(@"<VersionPrefix>([^<]+)</VersionPrefix>")]
    private static partial Regex Properties();

    [GeneratedRegex(@"\A\S+ \(([^-)]+)-[^)]+\)")]
    private static partial Regex Changelog();

    [GeneratedRegex(@"\A\S+ \([^-)]+-([^)]+)\)")]
    private static partial Regex ChangelogRevision();

    [GeneratedRegex(@"^Version:\s+(\S+)", RegexOptions.Multiline)]
    private static partial Regex Spec();

    [GeneratedRegex(@"^Release:\s+(\d+)", RegexOptions.Multiline)]
    private static partial Regex SpecRevision();

    [GeneratedRegex(@"^pkgver=(\S+)", RegexOptions.Multiline)]
    private static partial Regex Recipe();

    [GeneratedRegex(@"^pkgrel=(\S+)", RegexOptions.Multiline)]
    private static partial Regex RecipeRevision();
}
