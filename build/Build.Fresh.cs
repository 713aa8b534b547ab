using Nuke.Common;
using Nuke.Common.IO;

partial class Build
{
    // Two roots, in each of which everything is installed and compiled from nothing.
    static readonly TimeSpan FreshLimit = TimeSpan.FromMinutes(40);

    AbsolutePath FreshTestProject => LiveTestDirectory / "BpfTune.Fresh.Tests" / "BpfTune.Fresh.Tests.csproj";

    Target FreshTest => _ => _
        .Description("Runs the README's commands on fresh machines: bare roots of Debian 12 and 13, in which nothing is installed and nothing was built (as root)")
        .Executes(() => BuildDotnet("build", FreshTestProject))
        .Executes(() => RunSuites([FreshTestProject], FreshLimit));
}
