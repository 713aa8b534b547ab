using Nuke.Common;
using Nuke.Common.IO;

partial class Build
{
    AbsolutePath LabProject => RootDirectory / "tests" / "BpfTune.Lab" / "BpfTune.Lab.csproj";

    Target Demo => _ => _
        .Description("Shows the daemon at work on a long pipe between two network namespaces (as root)")
        .DependsOn(Publish)
        .Executes(() => RunLab("demo"));

    Target Bench => _ => _
        .Description("Measures throughput with and without the daemon, and what the daemon costs (as root)")
        .DependsOn(Publish)
        .Executes(() => RunLab("bench"));

    void RunLab(string verb)
    {
        Assert.True(IsRoot, $"The {verb} makes network namespaces and loads BPF programs: run it as root (sudo ./build.sh {char.ToUpperInvariant(verb[0])}{verb[1..]}).");
        BuildDotnet("build", LabProject);
        Run(StagedScript, [TunerDirectory, Dotnet, AssemblyOf(LabProject), verb, "--bpftune", AppDirectory / "bpftune", "--libdir", StagedPlace])
            .AssertZeroExitCode();
    }

    // Daemons and namespaces of a suite that could not put them away itself: those are in sessions of their own.
    void SweepLab()
    {
        if (File.Exists(AssemblyOf(LabProject)))
            Run(Dotnet, [AssemblyOf(LabProject), "sweep"]).AssertZeroExitCode();
    }

    // The daemon loads a tuner only from directories that root alone can write to; a clone in somebody's home is none.
    AbsolutePath StagedScript => RootDirectory / "build" / "staged.sh";

    const string StagedPlace = "@tuners@";

    AbsolutePath AssemblyOf(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        return Artifacts / "bin" / name / Configuration.ToLowerInvariant() / $"{name}.dll";
    }
}
