using Nuke.Common;
using Nuke.Common.IO;
using Serilog;

partial class Build
{
    // Longer than any suite should take, so that one that hangs becomes a failure and not a hung build.
    static readonly TimeSpan UnitLimit = TimeSpan.FromMinutes(5);
    static readonly TimeSpan LiveLimit = TimeSpan.FromMinutes(25);

    [Parameter("Seconds after which a suite of tests is stopped; default 300, live ones 1500, the kernel matrix alone 3600")]
    readonly int SuiteLimit;

    TestTotals _totals = TestTotals.None;

    readonly List<FailedTest> _failedTests = [];

    AbsolutePath TestDirectory => RootDirectory / "tests";

    AbsolutePath LiveTestDirectory => TestDirectory / "integration";

    Target Test => _ => _
        .Description("Runs the unit tests, then the integration tests; the last line counts them all")
        .DependsOn(UnitTest)
        .DependsOn(IntegrationTest);

    Target UnitTest => _ => _
        .Description("Runs the tests that need no privilege, in seconds")
        .DependsOn(Compile)
        .ProceedAfterFailure()
        .Executes(() => RunSuites(Directory.GetFiles(TestDirectory, "*Tests.csproj", SearchOption.AllDirectories).Where(project => !IsLive(project)), UnitLimit));

    Target IntegrationTest => _ => _
        .Description("Runs the tests that load BPF programs and tune this kernel, in network namespaces of their own (as root; else they are skipped)")
        .DependsOn(Compile)
        .DependsOn(Publish)
        .DependsOn(PublishGuest)
        .DependsOn(PackagesForTests)
        .After(UnitTest)
        .ProceedAfterFailure()
        .Executes(() => RunSuites(Directory.GetFiles(LiveTestDirectory, "*Tests.csproj", SearchOption.AllDirectories), LiveLimit));

    bool IsLive(string project) => project.StartsWith(LiveTestDirectory + "/", StringComparison.Ordinal);

    /// <summary>The tests that failed, and the closing line, are the host's last words, after its table.</summary>
    protected override void OnBuildFinished()
    {
        foreach (var test in _failedTests)
            Console.WriteLine(test);
        if (_totals != TestTotals.None)
            Console.WriteLine(_totals);
        foreach (var line in _faults)
            Console.WriteLine(line);
    }

    void RunSuites(IEnumerable<string> projects, TimeSpan limit)
    {
        var failed = new List<string>();
        foreach (var project in projects.Order(StringComparer.Ordinal))
        {
            var totals = RunSuite(project, limit);
            _totals += totals;
            if (totals.Failed > 0)
                failed.Add($"{Path.GetFileNameWithoutExtension(project)} ({totals.Failed})");
        }

        Assert.True(failed.Count == 0, $"Tests failed: {string.Join(", ", failed)}");
    }

    TestTotals RunSuite(string project, TimeSpan usual, IReadOnlyDictionary<string, string>? more = null)
    {
        var limit = SuiteLimit > 0 ? TimeSpan.FromSeconds(SuiteLimit) : usual;
        var name = Path.GetFileNameWithoutExtension(project);
        var report = (Artifacts / "test-results").CreateDirectory() / $"{name}.xml";
        File.Delete(report);

        // Each suite is a program. Those that are live find the published daemon by these variables.
        var variables = new Dictionary<string, string>([.. VmVariables(), .. PackageVariables(), .. FreshVariables(), .. more ?? new Dictionary<string, string>()]) { ["BPFTUNE_EXECUTABLE"] = AppDirectory / "bpftune" };
        string[] command = [Dotnet, AssemblyOf(project), "-noLogo", "-noColor", "-xml", report];
        using var suite = IsLive(project) && TunerDirectory.DirectoryExists() ? Run(StagedScript, [TunerDirectory, .. command], variables) : Run(command[0], command[1..]);
        if (suite.WaitForExit(limit))
        {
            var totals = TestTotals.Read(report, suite.ExitCode, out var trouble);
            _failedTests.AddRange(FailedTest.Read(report));
            if (trouble is not null)
            {
                Log.Error("{Suite} {Trouble}", name, trouble);
                _failedTests.Add(new FailedTest(name, trouble));
            }

            return totals;
        }

        Log.Error("{Suite} was stopped after {Seconds} seconds", name, limit.TotalSeconds);
        _failedTests.Add(new FailedTest(name, $"stopped after {limit.TotalSeconds} seconds"));
        if (IsLive(project))
            SweepLab();
        return TestTotals.Stopped;
    }
}
