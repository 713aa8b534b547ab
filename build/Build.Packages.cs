using Nuke.Common;
using Nuke.Common.IO;

partial class Build
{
    [Parameter("Packages to make: deb, rpm, arch, several with commas; default all three")]
    readonly string? Format;

    [Parameter("Where packages go, a directory for each format; default artifacts/packages")]
    readonly AbsolutePath? Output;

    [Parameter("The packages' own revision; default 1")]
    readonly int Revision = 1;

    AbsolutePath PackagesDirectory => Output ?? Artifacts / "packages";

    Target Packages => _ => _
        .Description("Makes packages for apt, dnf and pacman: artifacts/packages/{deb,rpm,arch}")
        .After(Compile)
        .DependsOn(Publish)
        .Executes(() =>
        {
            var formats = PackageFormat.Parse(Format);
            foreach (var format in formats)
                Assert.True(IsOnPath(format.Tool), $"{format.Tool} is needed to make {format.Name} packages, and is not installed.");

            // Outside the repository, for which the user that makepkg runs as need have no eyes.
            AbsolutePath place = Directory.CreateTempSubdirectory("bpftune-packages-").FullName;
            try
            {
                File.SetUnixFileMode(place, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
                var published = PublishForPackages(formats, place);
                foreach (var format in formats)
                    MakePackages(format, place / format.Name, published[IsSelfContained(format)], ProductVersion, PackagesDirectory);
            }
            finally
            {
                place.DeleteDirectory();
            }

            foreach (var line in PackageTable.Of(formats.Select(format => (format, PackageFiles(PackagesDirectory / format.Name, format)))))
                Console.WriteLine(line);
        });

    bool IsSelfContained(PackageFormat format) => SelfContained ?? format.SelfContained;

    // What is the same for all is built once; the recipes take it from here. The daemon differs by whether the runtime is inside, the rest
    // does not; one of the two kinds is what Publish has made already.
    Dictionary<bool, AbsolutePath> PublishForPackages(IReadOnlyList<PackageFormat> formats, AbsolutePath place)
    {
        var kinds = formats.Select(IsSelfContained).Distinct().ToDictionary(kind => kind, kind => place / (kind ? "self-contained" : "shared"));
        var nuget = place / "nuget";
        PackDevel(nuget);
        foreach (var (selfContained, directory) in kinds)
        {
            if (selfContained == (SelfContained ?? false))
                CopyFiles(AppDirectory, directory / "app");
            else
                PublishApp(directory / "app", selfContained);
            CopyFiles(TunerDirectory, directory / "tuners");
            CopyFiles(nuget, directory / "nuget");
        }

        return kinds;
    }

    void MakePackages(PackageFormat format, AbsolutePath place, AbsolutePath published, string version, AbsolutePath directory)
    {
        var sources = place / $"bpftune-{version}";
        SourceTree.Copy(RootDirectory, sources);
        VersionStamp.Write(sources, version, Revision);

        // The recipe's own call of build.sh runs this build again, where the user that makepkg runs as can read it.
        string program = place / "program";
        SourceTree.Copy(AppContext.BaseDirectory, program);
        var variables = new Dictionary<string, string>
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
        Assert.True(missing is null, $"{format.Tool} made other packages than it should: {missing}");
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
