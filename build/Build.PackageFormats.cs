using Nuke.Common;
using Nuke.Common.IO;

// How each format's own tool is run: as a packager would run it, but for where the published files come from.
partial class Build
{
    // User and group 'nobody' of every distribution, as which makepkg runs, since it refuses to run as root.
    const string Nobody = "65534";

    // Where dpkg and its tools find what is installed.
    const string DpkgDatabase = "DPKG_ADMINDIR";

    void MakeDeb(AbsolutePath sources, Dictionary<string, string> variables)
    {
        SourceTree.Copy(sources / "packaging" / "deb", sources / "debian");
        variables["DEB_BUILD_OPTIONS"] = "nocheck noautodbgsym";
        variables[DpkgDatabase] = DpkgDatabaseOr(sources / ".." / "nothing-installed", variables.GetValueOrDefault(DpkgDatabase));
        // What is needed to build is here, by whatever name: build.sh has seen to it.
        Run("dpkg-buildpackage", ["--no-check-builddeps", "--no-sign", "--build=binary", $"--admindir={variables[DpkgDatabase]}"], variables, directory: sources, name: "deb").AssertZeroExitCode();
    }

    // Its tools read what is installed, and fail if nothing is there to be read: as where another package manager installs, and dpkg never did.
    static string DpkgDatabaseOr(AbsolutePath substitute, string? named)
    {
        named ??= Environment.GetEnvironmentVariable(DpkgDatabase) is { Length: > 0 } set ? set : "/var/lib/dpkg";
        if (File.Exists(Path.Combine(named, "status")))
            return named;
        File.WriteAllText(substitute.CreateDirectory() / "status", "");
        return substitute;
    }

    // Here, too, it may not be the package manager that brought it.
    void MakeRpm(AbsolutePath place, AbsolutePath sources, Dictionary<string, string> variables)
    {
        MakeTarball(place / "SOURCES", sources);
        Run("rpmbuild", ["-bb", "--nodeps", "--define", $"_topdir {place}", "--define", $"_rpmdir {place / "RPMS"}", sources / "packaging" / "rpm" / "bpftune.spec"], variables, directory: place, name: "rpm")
            .AssertZeroExitCode();
    }

    void MakeArch(AbsolutePath place, AbsolutePath sources, Dictionary<string, string> variables)
    {
        MakeTarball(place, sources);
        CopyFiles(sources / "packaging" / "arch", place);
        sources.DeleteDirectory();
        foreach (var name in (string[])["HOME", "PKGDEST", "BUILDDIR"])
            variables[name] = place;
        variables["PKGEXT"] = ".pkg.tar.zst";

        // It notes which packages are installed, and where there is no list of them it complains.
        if (!Directory.Exists("/var/lib/pacman/local"))
            variables["PACMAN"] = "true";

        string[] command = ["makepkg", "--force", "--nodeps", "--noprogressbar"];
        if (IsRoot)
        {
            Run("chown", ["-R", $"{Nobody}:{Nobody}", place]).AssertZeroExitCode();
            command = ["setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", .. command];
        }

        Run(command[0], command[1..], variables, directory: place, name: "arch").AssertZeroExitCode();
    }

    void MakeTarball(AbsolutePath directory, AbsolutePath sources)
    {
        directory.CreateDirectory();
        Run("tar", ["-C", sources / "..", "--owner=0", "--group=0", "--sort=name", "-czf", directory / $"{sources.Name}.tar.gz", sources.Name]).AssertZeroExitCode();
    }

    /// <summary>The packages in a directory, with what their own tools say of them.</summary>
    IReadOnlyList<PackageFile> PackageFiles(AbsolutePath directory, PackageFormat format) =>
        [.. Directory.GetFiles(directory, format.Pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => Describe(file, format))];

    PackageFile Describe(string file, PackageFormat format)
    {
        string[] command = format.Name switch
        {
            "deb" => ["dpkg-deb", "--show", "--showformat=${Package} ${Installed-Size}K", file],
            "rpm" => ["rpm", "-qp", "--nosignature", "--qf", "%{NAME} %{SIZE}", file],
            _ => ["tar", "-xOf", file, ".PKGINFO"],
        };
        using var said = Job.Start(command[0], command[1..], RootDirectory).AssertZeroExitCode();
        return PackageFile.Parse(file, [.. said.Output]);
    }
}
