using Nuke.Common;
using Nuke.Common.IO;

partial class Build
{
    // Two roots, in each of which everything is installed and compiled from nothing.
    static readonly TimeSpan FreshLimit = TimeSpan.FromMinutes(60);

    // What Test has the time for: packages in Debian 12, all that they need installed by the build alone, and in Debian 13 whether that is called
    // there as it is asked for.
    const string FreshPart = "bookworm:Packages,trixie:ClangTest";

    bool _wholeFresh;

    AbsolutePath FreshTestProject => LiveTestDirectory / "BpfTune.Fresh.Tests" / "BpfTune.Fresh.Tests.csproj";

    Target FreshTest => _ => _
        .Description("Runs the README's commands on fresh machines: bare roots of Debian 12 and 13, in which nothing is installed and nothing was built (as root)")
        .Executes(() => BuildDotnet("build", FreshTestProject))
        .Executes(() =>
        {
            _wholeFresh = true;
            RunSuites([FreshTestProject], FreshLimit);
        });

    Dictionary<string, string> FreshVariables() =>
        _wholeFresh || Environment.GetEnvironmentVariable("BPFTUNE_FRESH") is { Length: > 0 } ? [] : new() { ["BPFTUNE_FRESH"] = FreshPart };
}
