using Nuke.Common;
using Nuke.Common.IO;

namespace BpfTune.Build.Tests.Builds;

internal sealed class ParameterBuild : NukeBuild
{
    [Parameter("The directory of libraries")]
    private readonly string? LibDir;

    [Parameter]
    private readonly AbsolutePath? DestDir;

    [Parameter]
    private readonly bool SelfContained;

    [Parameter]
    private readonly bool ReadyToRun = true;

    [Parameter]
    private readonly int? Jobs;

    [Parameter]
    private readonly string Configuration = "Release";

    public Target Show => _ => _.Executes(() => Shown = $"{LibDir}|{DestDir}|{SelfContained}|{ReadyToRun}|{Jobs}|{Configuration}");

    public string? Shown { get; private set; }
}
