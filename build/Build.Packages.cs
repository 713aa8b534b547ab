using Nuke.Common;
using Nuke.Common.IO;
using Serilog;

partial class Build
{
    [Parameter("Packages to make: deb, rpm, arch, several with commas; default all whose tools are here or, as root, can be installed")]
    readonly string? Format;

    [Parameter("Where packages go, a directory for each format; default artifacts/packages")]
    readonly AbsolutePath? Output;

    [Parameter("The packages' own revision; default 1")]
    readonly int Revision = 1;

    AbsolutePath PackagesDirectory => Output ?? Artifacts / "packages";

    Target Packages => _ => _
        .Description("Makes packages for apt, dnf and pacman, as far as their tools are here: artifacts/packages/{deb,rpm,arch}")
        .After(Compile)
        .DependsOn(Publish)
        .Executes(() =>
        {
            var formats = PackageFormat.Choose(Format, IsOnPath, out var leftOut);
            foreach (var line in leftOut)
                Log.Warning("Packages: {Line}", line);

            // Outside the repository, for which the user that makepkg runs as need have no eyes.
            AbsolutePath place = Directory.CreateTempSubdirectory("bpftune-packages-").FullName;
            try
            {
                File.SetUnixFileMode(place, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
                var published = PublishForPackages(formats, place);
                SideBySide(formats, format => MakePackages(format, place / format.Name, published[IsSelfContained(format)], ProductVersion, PackagesDirectory));
            }
            finally
            {
                place.DeleteDirectory();
            }

            foreach (var line in PackageTable.Of(formats.Select(format => (format, PackageFiles(PackagesDirectory / format.Name, format)))))
                Console.WriteLine(line);
        });

    bool IsSelfContained(PackageFormat format) => SelfContained ?? format.SelfContained;

    // Where the parts of packages are kept, for MakeOldPackages, too.
    AbsolutePath PartsDirectory => Artifacts / "package-parts";

    readonly HashSet<bool> _madeParts = [];

    // What is the same for all is built once in a run of the build; the recipes take it from 'place', a directory for each kind. The daemon
    // differs by whether the runtime is inside, the rest does not; one of the two kinds is what Publish has made already.
    Dictionary<bool, AbsolutePath> PublishForPackages(IReadOnlyList<PackageFormat> formats, AbsolutePath place)
    {
        static string Kind(bool selfContained) => selfContained ? "self-contained" : "shared";
        if (_madeParts.Count == 0)
            PackDevel(PartsDirectory / "nuget");

        var kinds = formats.Select(IsSelfContained).Distinct().ToList();
        foreach (var selfContained in kinds.Where(_madeParts.Add))
        {
            var directory = PartsDirectory / Kind(selfContained);
            directory.CreateOrCleanDirectory();
            if (selfContained == (SelfContained ?? false))
                CopyFiles(AppDirectory, directory);
            else
                PublishApp(directory, selfContained);
        }

        foreach (var selfContained in kinds)
        {
            CopyFiles(PartsDirectory / Kind(selfContained), place / Kind(selfContained) / "app");
            CopyFiles(TunerDirectory, place / Kind(selfContained) / "tuners");
            CopyFiles(PartsDirectory / "nuget", place / Kind(selfContained) / "nuget");
        }

        return kinds.ToDictionary(kind => kind, kind => place / Kind(kind));
    }

    void MakePackages(PackageFormat format, AbsolutePath place, AbsolutePath published, string version, AbsolutePath directory, IReadOnlyDictionary<string, string>? more = null)
    {
        var sources = place / $"bpftune-{version}";
        SourceTree.Copy(RootDirectory, sources);
        VersionStamp.Write(sources, version, Revision);

        // The recipe's own call of build.sh runs this build again, where the user that makepkg runs as can read it.
        string program = place / "program";
        SourceTree.Copy(AppContext.BaseDirectory, program);
        var variables = new Dictionary<string, string>(more ?? new Dictionary<string, string>())
        {
            ["BPFTUNE_PUBLISHED"] = published,
            ["BPFTUNE_SELF_CONTAINED"] = IsSelfContained(format) ? "true" : "false",
            ["BPFTUNE_BUILD_PROGRAM"] = Path.Combine(program, "_build.dll"),
        };
        switch (format.Name)
        {
            case "deb":
                MakeDeb(sources, variables);
                break;
            case "rpm":
                MakeRpm(place, sources, variables);
                break;
            default:
                MakeArch(place, sources, variables);
                break;
        }

        var packages = PackageFiles(place, format);
        var missing = PackageSet.Difference(format, TunerNames(), packages);
        Assert.True(missing is null, $"{format.Tools[0]} made other packages than it should: {missing}");
        var output = (directory / format.Name).CreateOrCleanDirectory();
        foreach (var package in packages)
            File.Copy(package.File, output / Path.GetFileName(package.File));
    }

    // A project is a tuner's if it is below tuners/; what it is called, its file says.
    string[] TunerNames() => [.. Directory.GetFiles(RootDirectory / "tuners", "*.csproj", SearchOption.AllDirectories).Select(TunerProject.NameOf)];

    static void CopyFiles(AbsolutePath from, AbsolutePath to)
    {
        to.CreateDirectory();
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, to / Path.GetFileName(file));
    }

    static bool IsOnPath(string tool) =>
        Environment.GetEnvironmentVariable("PATH") is { } path && path.Split(Path.PathSeparator).Any(directory => File.Exists(Path.Combine(directory, tool)));
}
