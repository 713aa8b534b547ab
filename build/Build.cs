using Nuke.Common;
using Nuke.Common.IO;

/// <summary>
/// The build: one file per concern beside this one. The files compile against Nuke.Common and against the stand-in in Offline/, and must
/// not know which; <c>build.sh</c> chooses.
/// </summary>
partial class Build : NukeBuild
{
    [Parameter("Configuration to build: Release (the default) or Debug")]
    readonly string Configuration = "Release";

    [Parameter("Publish with the .NET runtime inside, for machines that have none (default false; Packages: for deb alone)")]
    readonly bool? SelfContained;

    [Parameter("Compile ahead of time as well (ReadyToRun; default true). Needs the crossgen package, so 'false' helps an offline build")]
    readonly bool ReadyToRun = true;

    [Parameter("Build as this version, MAJOR.MINOR.PATCH, for a try; default what Directory.Build.props says")]
    readonly string? Version;

    AbsolutePath Solution => RootDirectory / "BpfTune.slnx";

    AbsolutePath Artifacts => RootDirectory / "artifacts";

    AbsolutePath PublishDirectory => Published ?? Artifacts / "publish";

    AbsolutePath AppDirectory => PublishDirectory / "app";

    AbsolutePath TunerDirectory => PublishDirectory / "tuners";

    public static int Main() => Execute<Build>(x => x.Compile);
}
