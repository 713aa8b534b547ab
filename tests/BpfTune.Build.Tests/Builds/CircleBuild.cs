using Nuke.Common;

namespace BpfTune.Build.Tests.Builds;

internal sealed class CircleBuild : NukeBuild
{
    public Target Outside => _ => _.DependsOn(First);

    public Target First => _ => _.DependsOn(Second);

    public Target Second => _ => _.After(Third);

    public Target Third => _ => _.DependsOn(First);
}
