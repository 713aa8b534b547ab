using System.Globalization;
using Nuke.Common;
using Nuke.Common.IO;

partial class Build
{
    [Parameter("Minutes that Faults takes, all kinds of faults together; default 2")]
    readonly string Minutes = "2";

    [Parameter("Seed of the first try of Faults, as a try that was lost names it; default another one each time")]
    readonly string? Seed;

    // Printed last of all, when everything else has been said.
    IReadOnlyList<string> _faults = [];

    AbsolutePath FaultProject => LiveTestDirectory / "BpfTune.Faults.Tests" / "BpfTune.Faults.Tests.csproj";

    Target Faults => _ => _
        .Description("Does to the published daemon what must not harm it: kills, damaged journals, full disks, dying namespaces, hostile tuners, callers and users (as root; --minutes 10 --seed N)")
        .DependsOn(Publish)
        .Executes(() => BuildDotnet("build", FaultProject))
        .Executes(() =>
        {
            Assert.True(IsRoot, "The campaign kills daemons that tune, and mounts small disks: run it as root (sudo ./build.sh Faults).");
            var minutes = double.Parse(Minutes, CultureInfo.InvariantCulture);
            var report = (Artifacts / "test-results").CreateDirectory() / "faults.txt";
            File.Delete(report);
            var variables = new Dictionary<string, string>
            {
                ["BPFTUNE_FAULTS_MINUTES"] = minutes.ToString(CultureInfo.InvariantCulture),
                ["BPFTUNE_FAULTS_REPORT"] = report,
                // What cannot be tried here is not what was asked for.
                ["BPFTUNE_REQUIRE_LIVE"] = "1",
            };
            if (Seed is { Length: > 0 } seed)
                variables["BPFTUNE_FAULTS_SEED"] = seed;

            // A kind ends its last try after its time; each try has deadlines of its own.
            var totals = RunSuite(FaultProject, TimeSpan.FromMinutes((2 * minutes) + 15), variables);
            _faults = File.Exists(report) ? File.ReadAllLines(report) : [];
            Assert.True(totals.Failed == 0, "Faults did harm: what was lost is above, each with the seed that tries it again first");
        });
}
