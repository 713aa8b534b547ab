using Nuke.Common;
using Nuke.Common.IO;

// What the tests of the packages install besides what Packages makes.
partial class Build
{
    // Before the first release, so that every version is newer.
    const string OldVersion = "0.0.9";

    AbsolutePath OldPackagesDirectory => Artifacts / "packages-old";

    AbsolutePath SourceInstallDirectory => Artifacts / "source-install";

    AbsolutePath PackageTestProject => LiveTestDirectory / "BpfTune.Packages.Tests" / "BpfTune.Packages.Tests.csproj";

    Target PackageTest => _ => _
        .Description("Runs the package tests alone: install, upgrade and remove with apt, dnf and pacman, in containers (as root)")
        .DependsOn(PackagesForTests)
        .Executes(() => BuildDotnet("build", PackageTestProject))
        .Executes(() => RunSuites([PackageTestProject], LiveLimit));

    Target PackagesForTests => _ => _
        .Unlisted()
        .Description("Makes packages as of an earlier version, and an installation from source, for the package tests")
        .DependsOn(IsRoot ? [Publish, Packages] : [])
        .OnlyWhenStatic(() => IsRoot)
        .Executes(MakeOldPackages)
        .Executes(MakeSourceInstall);

    // To publish all of it anew would take minutes and show no more: the daemon and its engine are compiled as that version, and the rest is
    // what was published already. Not the Sdk: the tuners are made for the present one, and an older one rightly refuses them.
    void MakeOldPackages()
    {
        AbsolutePath place = Directory.CreateTempSubdirectory("bpftune-packages-").FullName;
        try
        {
            // As Packages does: the user that makepkg runs as must get through.
            File.SetUnixFileMode(place, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
            var daemon = place / "daemon";
            RunDotnet(
            [
                "publish", RootDirectory / "src" / "BpfTune" / "BpfTune.csproj", "-c", Configuration, "-nologo", "-v", "minimal", "-clp:NoSummary", .. OwnServers,
                "-r", Runtime, "--self-contained", "false", $"-p:Version={OldVersion}", $"-p:ArtifactsPath={Artifacts / "old"}", "-o", daemon,
            ]);

            var formats = PackageFormat.Choose(Format, IsOnPath, out _);
            var parts = PublishForPackages(formats, place);

            // These are made as where dpkg is a guest: it has installed nothing there, and has no list that says so. And nobody keeps them, so they
            // need not be small.
            var more = new Dictionary<string, string>
            {
                [DpkgDatabase] = (place / "no-database").CreateDirectory(),
                ["DPKG_DEB_COMPRESSOR_TYPE"] = "gzip",
                ["DPKG_DEB_COMPRESSOR_LEVEL"] = "1",
            };
            SideBySide(formats, format =>
            {
                var published = place / $"published-{format.Name}";
                foreach (var part in (string[])["app", "tuners", "nuget"])
                    CopyFiles(parts[IsSelfContained(format)] / part, published / part);
                foreach (var assembly in Directory.GetFiles(daemon, "*.dll").Where(IsDaemons))
                    File.Copy(assembly, published / "app" / Path.GetFileName(assembly), overwrite: true);
                MakePackages(format, place / format.Name, published, OldVersion, OldPackagesDirectory, more);
            });
        }
        finally
        {
            place.DeleteDirectory();
        }
    }

    // As somebody would who builds for /usr/local and says lib64, whatever the distribution does.
    void MakeSourceInstall()
    {
        SourceInstallDirectory.CreateOrCleanDirectory();
        Run(
            RootDirectory / "build.sh",
            ["Install", "--published", PublishDirectory, "--prefix", "/usr/local", "--libdir", "lib64", "--init", "systemd", "--dest-dir", SourceInstallDirectory],
            new Dictionary<string, string> { ["BPFTUNE_BUILD_PROGRAM"] = Path.Combine(AppContext.BaseDirectory, "_build.dll") })
            .AssertZeroExitCode();
    }

    static bool IsDaemons(string assembly) => Path.GetFileName(assembly) is "bpftune.dll" or "BpfTune.Engine.dll";

    Dictionary<string, string> PackageVariables() => new()
    {
        ["BPFTUNE_PACKAGES"] = PackagesDirectory,
        ["BPFTUNE_OLD_PACKAGES"] = OldPackagesDirectory,
        ["BPFTUNE_SOURCE_INSTALL"] = SourceInstallDirectory,
    };
}
