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

    string LibraryDirectory => (Prefix / (LibDir ?? LibDirectory.Detect())) / "bpftune";

    InstallTree Tree => new(DestDir ?? "/", $"{LibraryDirectory}/app/install-manifest");

    Target Install => _ => _
        .Description("Publishes, and installs the daemon, its tuners, its service and its manual")
        .DependsOn(Publish)
        .Executes(() =>
        {
            var tree = Tree;
            foreach (var file in Directory.EnumerateFiles(AppDirectory, "*", SearchOption.AllDirectories))
                tree.AddFile(file, $"{LibraryDirectory}/app/{Path.GetRelativePath(AppDirectory, file)}");
            foreach (var tuner in Directory.EnumerateFiles(TunerDirectory, "*.tuner.dll"))
                tree.AddFile(tuner, $"{LibraryDirectory}/{Path.GetFileName(tuner)}");

            // Relative, so that a staged tree runs where it lies.
            tree.AddLink(Prefix / "bin" / "bpftune", Path.GetRelativePath(Prefix / "bin", $"{LibraryDirectory}/app/bpftune"));
            InstallService(tree);
            foreach (var page in FilesBelow("docs", "*.8"))
                tree.AddFile(page, Prefix / "share" / "man" / "man8" / Path.GetFileName(page));

            // As an example: what the administrator keeps in /etc is not the build's to write, nor to delete.
            foreach (var settings in FilesBelow("packaging/conf", "*.conf"))
                tree.AddFile(settings, Prefix / "share" / "doc" / "bpftune" / Path.GetFileName(settings));

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

    string[] FilesBelow(string directory, string pattern) =>
        (RootDirectory / directory).DirectoryExists() ? Directory.GetFiles(RootDirectory / directory, pattern, SearchOption.AllDirectories) : [];

    // The unit is written for a package, whose prefix is /usr.
    void InstallService(InstallTree tree)
    {
        var unit = RootDirectory / "packaging" / "systemd" / "bpftune.service";
        if (!unit.FileExists())
            return;

        var text = File.ReadAllText(unit).Replace("/usr/bin/bpftune", Prefix / "bin" / "bpftune", StringComparison.Ordinal);
        tree.AddFile(Encoding.UTF8.GetBytes(text), Prefix / "lib" / "systemd" / "system" / "bpftune.service");
    }
}
