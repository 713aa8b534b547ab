using Nuke.Common;

namespace BpfTune.Build.Tests.Builds;

/// <summary>Targets that only note that they ran.</summary>
internal sealed class GraphBuild : NukeBuild
{
    public List<string> Ran { get; } = [];

    public bool Condition { get; init; }

    public bool Met { get; init; } = true;

    public Target Compile => _ => _.Description("Compiles all").DependsOn(Restore).Executes(() => Ran.Add("Compile"));

    public Target Clean => _ => _.Before(Restore).Executes(() => Ran.Add("Clean"));

    public Target Restore => _ => _.Executes(() => Ran.Add("Restore"));

    public Target UnitTest => _ => _.DependsOn(Compile).ProceedAfterFailure().Executes(() => Fail("UnitTest"));

    public Target LiveTest => _ => _.DependsOn(Compile).After(UnitTest).Executes(() => Ran.Add("LiveTest"));

    public Target TestAll => _ => _.DependsOn(UnitTest).DependsOn(LiveTest);

    public Target Breaks => _ => _.Executes(() => Fail("Breaks"));

    public Target AfterBreaks => _ => _.DependsOn(Breaks).Executes(() => Ran.Add("AfterBreaks"));

    public Target Tidy => _ => _.After(AfterBreaks).AssuredAfterFailure().Executes(() => Ran.Add("Tidy"));

    public Target Conditional => _ => _.DependsOn(Restore).OnlyWhenDynamic(() => Condition).Executes(() => Ran.Add("Conditional"));

    public Target Static => _ => _.OnlyWhenStatic(() => Condition).Executes(() => Ran.Add("Static"));

    public Target Demanding => _ => _.DependsOn(Restore).Requires(() => Met).Executes(() => Ran.Add("Demanding"));

    public Target Twice => _ => _.Executes(() => Ran.Add("first"), () => Ran.Add("second"));

    public Target Hidden => _ => _.Unlisted().Executes(() => Ran.Add("Hidden"));

    protected internal override void OnBuildFinished() => Ran.Add("finished");

    private void Fail(string target)
    {
        Ran.Add(target);
        throw new InvalidOperationException($"{target} is broken");
    }
}
