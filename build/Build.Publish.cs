using System.Runtime.InteropServices;
using Nuke.Common;
using Nuke.Common.IO;

partial class Build
{
    // glibc's; a musl distribution says otherwise by --runtime.
    [Parameter("Runtime identifier to publish for; this machine's by default")]
    readonly string Runtime = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";

    [Parameter("Take what an earlier Publish (and Pack) left in this directory, and publish nothing")]
    readonly AbsolutePath? Published;

    Target Publish => _ => _
        .Description("Publishes the daemon to artifacts/publish/app and the tuners to artifacts/publish/tuners")
        .After(Compile)
        .OnlyWhenStatic(() => Published is null)
        .Executes(() => PublishApp(AppDirectory, SelfContained ?? false))
        .Executes(PublishTuners);

    void PublishApp(AbsolutePath directory, bool selfContained)
    {
        directory.CreateOrCleanDirectory();
        BuildDotnet("publish", RootDirectory / "src" / "BpfTune" / "BpfTune.csproj", [.. PublishOptions(selfContained), "-o", directory]);

        // Deleted, and not left out by properties: those would reach the libraries, and have them compiled anew at each turn between targets.
        foreach (var file in Directory.GetFiles(directory).Where(file => Path.GetExtension(file) is ".pdb" or ".xml"))
            File.Delete(file);

        // It is for LTTng, in a version that no supported distribution has any longer; the runtime does without.
        File.Delete(directory / "libcoreclrtraceptprovider.so");
    }

    // A tuner is one file; what it refers to is the daemon's.
    void PublishTuners()
    {
        var output = (Artifacts / "obj" / "tuners").CreateOrCleanDirectory();

        // Without a sight of the assemblies it calls, crossgen leaves nearly every method to the JIT, and does not say so.
        string[] sight = ReadyToRun ? [$"-p:PublishReadyToRunCrossgen2ExtraArgs=-r:{AppDirectory / "BpfTune.*.dll"}"] : [];
        RunDotnet(
        [
            "msbuild", RootDirectory / "build" / "msbuild" / "PublishTuners.proj", "-m", "-nologo", "-v:minimal", .. OwnServers, .. VersionOption(), .. sight,
            $"-p:Configuration={Configuration}", $"-p:RuntimeIdentifier={Runtime}", "-p:SelfContained=false",
            $"-p:PublishReadyToRun={(ReadyToRun ? "true" : "false")}", $"-p:TunerPublishDirectory={output}/",
        ]);

        TunerDirectory.CreateOrCleanDirectory();
        foreach (var project in Directory.GetFiles(RootDirectory / "tuners", "*.csproj", SearchOption.AllDirectories).Select(Path.GetFileNameWithoutExtension))
        {
            var tuners = Directory.GetFiles(output / project!, "*.tuner.dll");
            Assert.True(tuners.Length == 1, $"{project} published {tuners.Length} files *.tuner.dll, and should publish one.");
            File.Copy(tuners[0], TunerDirectory / Path.GetFileName(tuners[0]));
        }
    }

    string[] PublishOptions(bool selfContained) =>
    [
        "-r", Runtime,
        "--self-contained", selfContained ? "true" : "false",
        $"-p:PublishReadyToRun={(ReadyToRun ? "true" : "false")}",
    ];
}
