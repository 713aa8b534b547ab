/// <summary>A package manager's format: what its packages and their files are called.</summary>
/// <param name="Name">As <c>--format</c> takes it.</param>
/// <param name="Tools">The programs that make packages of this format, the one that is run first.</param>
/// <param name="Develop">The package for authors of tuners, by the distributions' custom.</param>
/// <param name="Pattern">Which files are packages.</param>
/// <param name="SelfContained">Whether the .NET runtime is inside unless <c>--self-contained</c> says otherwise: where the distribution has none.</param>
internal sealed record PackageFormat(string Name, IReadOnlyList<string> Tools, string Develop, string Pattern, bool SelfContained)
{
    /// <summary>All formats.</summary>
    public static IReadOnlyList<PackageFormat> All { get; } =
    [
        new("deb", ["dpkg-buildpackage", "dh", "fakeroot"], "bpftune-dev", "*.deb", SelfContained: true),
        new("rpm", ["rpmbuild"], "bpftune-devel", "*.rpm", SelfContained: false),
        new("arch", ["makepkg", "bsdtar", "fakeroot", "zstd"], "bpftune-devel", "*.pkg.tar*", SelfContained: false),
    ];

    /// <summary>Those named, separated by commas or spaces; if none is, those whose tools are here.</summary>
    /// <param name="names">As <c>--format</c> has them.</param>
    /// <param name="isHere">Whether a program is on this machine.</param>
    /// <param name="leftOut">Why others are not among them, a line for each.</param>
    /// <exception cref="ArgumentException">A name is unknown, a tool of a named format is missing, or there are tools for none.</exception>
    public static IReadOnlyList<PackageFormat> Choose(string? names, Predicate<string> isHere, out IReadOnlyList<string> leftOut)
    {
        var wanted = names is null ? All : [.. names.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Distinct().Select(Find)];
        var chosen = wanted.Where(format => format.Tools.All(tool => isHere(tool))).ToList();
        leftOut =
        [
            .. wanted.Except(chosen).Select(format => $"no {format.Name} packages: {string.Join(", ", format.Tools.Where(tool => !isHere(tool)))} not installed"),
        ];
        return chosen.Count > 0 && (names is null || leftOut.Count == 0) ? chosen : throw new ArgumentException(string.Join("; ", leftOut));
    }

    /// <summary>The packages that there are to be.</summary>
    /// <param name="tuners">The tuners' names, with underscores.</param>
    public IReadOnlyList<string> Packages(IEnumerable<string> tuners) =>
        [.. ((string[])["bpftune-core", "bpftune-suite", Develop, .. tuners.Select(TunerPackage)]).Order(StringComparer.Ordinal)];

    /// <summary>The package of a tuner: no distribution likes underscores in names.</summary>
    public static string TunerPackage(string tuner) => $"bpftune-tuner-{tuner.Replace('_', '-')}";

    private static PackageFormat Find(string name) => All.FirstOrDefault(format => format.Name == name)
        ?? throw new ArgumentException($"--format {name}: there are {string.Join(", ", All.Select(format => format.Name))}.");
}
