using System.Text;
using Nuke.Common;
using Nuke.Common.IO;
using Serilog;

partial class Build
{
    [Parameter("Where to install; default /usr/local")]
    readonly AbsolutePath Prefix = "/usr/local";

    [Parameter("The directory below the prefix for the program and its tuners: lib, lib64, …; default what the running distribution uses")]
    readonly string? LibDir;

    [Parameter("A directory to install into as if it were /, to make a package of")]
    readonly AbsolutePath? DestDir;

    [Parameter("Whose service files to install: systemd, openrc, dinit, several with commas; default what this system has, and systemd")]
    readonly string? Init;

    [Parameter("Install what authors of tuners need, too: NuGet packages in share/bpftune/nuget")]
    readonly bool Devel;

    [Parameter("Note what was installed, for Uninstall (default true); a package manager has a list of its own")]
    readonly bool Manifest = true;

    string LibraryDirectory => (Prefix / (LibDir ?? LibDirectory.Detect())) / "bpftune";

    InstallTree Tree => new(DestDir ?? "/", Manifest ? $"{LibraryDirectory}/app/install-manifest" : null);

    Target Install => _ => _
        .Description("Publishes, and installs the daemon, its tuners, its service, its manual and completions for shells")
        .DependsOn(Publish)
        .Executes(() =>
        {
            if (Devel && Published is null)
                PackDevel(DevelDirectory);

            var tree = Tree;
            InstallProgram(tree);
            InstallServices(tree);
            InstallDocumentation(tree);
            InstallCompletions(tree);
            if (Devel)
                InstallDevel(tree);
            tree.Commit();
            Log.Information("Installed {Program}, with its tuners in {Directory}", $"{DestDir}{Prefix / "bin" / "bpftune"}", $"{DestDir}{LibraryDirectory}");
        });

    Target Uninstall => _ => _
        .Description("Removes exactly what Install put there (give it the same --prefix, --libdir and --dest-dir)")
        .Executes(() =>
        {
            var files = Tree.Remove();
            Assert.True(files > 0, $"Nothing is installed in {DestDir}{LibraryDirectory}: --prefix, --libdir and --dest-dir must be those of Install.");
            Log.Information("Removed {Count} files", files);
        });

    void InstallProgram(InstallTree tree)
    {
        var tuners = TunerDirectory.DirectoryExists() ? Directory.GetFiles(TunerDirectory, "*.tuner.dll") : [];
        Assert.True((AppDirectory / "bpftune").FileExists() && tuners.Length > 0, $"There is no daemon, or no tuner, in {PublishDirectory}: run Publish first.");
        foreach (var file in Directory.EnumerateFiles(AppDirectory, "*", SearchOption.AllDirectories))
            tree.AddFile(File.ReadAllBytes(file), $"{LibraryDirectory}/app/{Path.GetRelativePath(AppDirectory, file)}", IsProgram(file));
        foreach (var tuner in tuners)
            tree.AddFile(tuner, $"{LibraryDirectory}/{Path.GetFileName(tuner)}");

        // Relative, so that a staged tree runs where it lies.
        tree.AddLink(Prefix / "bin" / "bpftune", Path.GetRelativePath(Prefix / "bin", $"{LibraryDirectory}/app/bpftune"));

        // Where the C program is, and where units and monitoring agents look for it. On a system where sbin is bin, it is there already.
        if (!tree.IsLink(Prefix / "sbin"))
            tree.AddLink(Prefix / "sbin" / "bpftune", "../bin/bpftune");
    }

    // Assemblies of the runtime come with the mode of a program, which they are not.
    static bool IsProgram(string file) => Path.GetExtension(file) is "" && (File.GetUnixFileMode(file) & UnixFileMode.UserExecute) != 0;

    void InstallDocumentation(InstallTree tree)
    {
        foreach (var page in FilesBelow("docs", "*.8"))
            tree.AddFile(page, Prefix / "share" / "man" / "man8" / Path.GetFileName(page));

        // As an example: what the administrator keeps in /etc is not the build's to write, nor to delete.
        foreach (var settings in FilesBelow("packaging/conf", "*.conf"))
            tree.AddFile(settings, Prefix / "share" / "doc" / "bpftune" / Path.GetFileName(settings));

        tree.AddFile(RootDirectory / "LICENSE", Prefix / "share" / "licenses" / "bpftune" / "LICENSE");
        foreach (var licence in FilesBelow("LICENSES", "*.txt"))
            tree.AddFile(licence, Prefix / "share" / "licenses" / "bpftune" / Path.GetFileName(licence));
    }

    // Where each shell looks below /usr/local too; zsh on Debian looks elsewhere below /usr, as packaging/deb/rules knows.
    void InstallCompletions(InstallTree tree)
    {
        var completions = RootDirectory / "packaging" / "completions";
        tree.AddFile(completions / "bpftune.bash", Prefix / "share" / "bash-completion" / "completions" / "bpftune");
        tree.AddFile(completions / "_bpftune", Prefix / "share" / "zsh" / "site-functions" / "_bpftune");

        // fish looks below /usr/local only where XDG_DATA_DIRS names it, as on a desktop; there it looks always.
        var fish = (string)Prefix == "/usr/local" ? (AbsolutePath)"/etc/fish/completions" : Prefix / "share" / "fish" / "vendor_completions.d";
        tree.AddFile(completions / "bpftune.fish", fish / "bpftune.fish");
    }

    void InstallServices(InstallTree tree)
    {
        foreach (var init in ServiceManagers.Parse(Init))
            tree.AddFile(ServiceFile(init), init.Target(Prefix), init.IsScript);
    }

    // They are written for a package, whose prefix is /usr.
    byte[] ServiceFile(ServiceManager init)
    {
        var text = File.ReadAllText(RootDirectory / "packaging" / init.Source);
        return Encoding.UTF8.GetBytes(text.Replace("/usr/bin/bpftune", Prefix / "bin" / "bpftune", StringComparison.Ordinal));
    }

    string[] FilesBelow(string directory, string pattern) =>
        (RootDirectory / directory).DirectoryExists() ? Directory.GetFiles(RootDirectory / directory, pattern, SearchOption.AllDirectories) : [];
}
