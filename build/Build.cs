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

    [Parameter("Publish with the .NET runtime inside, for machines that have none")]
    readonly bool SelfContained;

    [Parameter("Compile ahead of time as well (ReadyToRun; default true). Needs the crossgen package, so 'false' helps an offline build")]
    readonly bool ReadyToRun = true;

    AbsolutePath Solution => RootDirectory / "BpfTune.slnx";

    AbsolutePath Artifacts => RootDirectory / "artifacts";

    AbsolutePath PublishDirectory => Artifacts / "publish";

    AbsolutePath AppDirectory => PublishDirectory / "app";

    AbsolutePath TunerDirectory => PublishDirectory / "tuners";

    public static int Main() => Execute<Build>(x => x.Compile);
}
