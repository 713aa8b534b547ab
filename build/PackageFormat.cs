/// <summary>A package manager's format: what its packages and their files are called.</summary>
/// <param name="Name">As <c>--format</c> takes it.</param>
/// <param name="Tool">The program that makes packages of this format.</param>
/// <param name="Develop">The package for authors of tuners, by the distributions' custom.</param>
/// <param name="Pattern">Which files are packages.</param>
/// <param name="SelfContained">Whether the .NET runtime is inside unless <c>--self-contained</c> says otherwise: where the distribution has none.</param>
internal sealed record PackageFormat(string Name, string Tool, string Develop, string Pattern, bool SelfContained)
{
    /// <summary>All formats.</summary>
    public static IReadOnlyList<PackageFormat> All { get; } =
    [
        new("deb", "dpkg-buildpackage", "bpftune-dev", "*.deb", SelfContained: true),
        new("rpm", "rpmbuild", "bpftune-devel", "*.rpm", SelfContained: false),
        new("arch", "makepkg", "bpftune-devel", "*.pkg.tar*", SelfContained: false),
    ];

    /// <summary>Those named, separated by commas or spaces; all if none is.</summary>
    /// <exception cref="ArgumentException">A name is unknown.</exception>
    public static IReadOnlyList<PackageFormat> Parse(string? names) =>
        names is null ? All : [.. names.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Distinct().Select(Find)];

    /// <summary>The packages that there are to be.</summary>
    /// <param name="tuners">The tuners' names, with underscores.</param>
    public IReadOnlyList<string> Packages(IEnumerable<string> tuners) =>
        [.. ((string[])["bpftune-core", "bpftune-suite", Develop, .. tuners.Select(TunerPackage)]).Order(StringComparer.Ordinal)];

    /// <summary>The package of a tuner: no distribution likes underscores in names.</summary>
    public static string TunerPackage(string tuner) => $"bpftune-tuner-{tuner.Replace('_', '-')}";

    private static PackageFormat Find(string name) => All.FirstOrDefault(format => format.Name == name)
        ?? throw new ArgumentException($"--format {name}: there are {string.Join(", ", All.Select(format => format.Name))}.");
}
