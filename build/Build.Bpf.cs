using Nuke.Common;

partial class Build
{
    Target CompileBpf => _ => _
        .Description("Compiles the BPF programs alone, for x86-64 and arm64")
        .DependsOn(Restore)
        .Executes(() => RunDotnet(
            ["msbuild", RootDirectory / "build" / "msbuild" / "CompileBpf.proj", $"-p:Configuration={Configuration}", "-nologo", "-v:minimal", .. NoServers]));
}
