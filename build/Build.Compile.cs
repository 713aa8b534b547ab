using Nuke.Common;
using Nuke.Common.IO;

partial class Build
{
    Target Clean => _ => _
        .Description("Deletes all that the build made")
        .Before(Restore)
        .Executes(() => Artifacts.DeleteDirectory());

    Target Restore => _ => _
        .Description("Fetches the NuGet packages, in the versions that Directory.Packages.props names")
        .Executes(() => RunDotnet(["restore", Solution, "-nologo", "-v", "minimal", .. OwnServers]));

    Target Compile => _ => _
        .Description("Compiles everything: BPF programs, their skeletons, the daemon, the tuners and the tests")
        .DependsOn(Restore)
        .DependsOn(CompileBpf)
        .Executes(() => BuildDotnet("build", Solution, "--no-restore"));
}
