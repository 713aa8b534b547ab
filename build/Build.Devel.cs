using Nuke.Common;
using Nuke.Common.IO;

partial class Build
{
    AbsolutePath DevelDirectory => PublishDirectory / "nuget";

    Target Pack => _ => _
        .Description("Makes the NuGet packages for authors of tuners: artifacts/publish/nuget")
        .After(Compile, Publish)
        .OnlyWhenStatic(() => Published is null)
        .Executes(() => PackDevel(DevelDirectory));

    // Sdk and LibBpf, what tests of a tuner need (the engine is one of that), the build of BPF programs, and the template.
    void PackDevel(AbsolutePath directory)
    {
        directory.CreateOrCleanDirectory();
        RunDotnet(
        [
            "msbuild", RootDirectory / "build" / "msbuild" / "PackDevel.proj", "-m", "-nologo", "-v:minimal", .. OwnServers, .. VersionOption(),
            $"-p:Configuration={Configuration}", $"-p:PackageOutputPath={directory}/",
        ]);
    }

    void InstallDevel(InstallTree tree)
    {
        var packages = DevelDirectory.DirectoryExists() ? Directory.GetFiles(DevelDirectory, "*.nupkg") : [];
        Assert.True(packages.Length > 0, $"There is no NuGet package in {DevelDirectory}: run Pack first.");
        foreach (var package in packages)
            tree.AddFile(package, Prefix / "share" / "bpftune" / "nuget" / Path.GetFileName(package));
    }
}
