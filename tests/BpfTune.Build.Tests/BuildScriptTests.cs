using System.Diagnostics;

namespace BpfTune.Build.Tests;

/// <summary>How build.sh chooses what the build is compiled against, with a script in place of dotnet.</summary>
public sealed class BuildScriptTests : IDisposable
{
    // It notes what it is asked for; how 'restore' and 'build' go for NUKE, the files when-restore and when-build in the root say.
    private const string FakeDotnet = """
        #!/bin/bash
        here=$(dirname "$0")
        case $1 in
        --version) exit ;;
        restore | build)
            host=Offline
            case "$*" in *NukeHost=Nuke*) host=Nuke ;; esac
            echo "$1 $host" >>"$here/calls"
            if [ $host = Nuke ]; then . "$here/when-$1"; fi
            ;;
        *) echo "runs ${1#"$here/"} $2" ;;
        esac
        """;

    private const string NotFound = "echo '_build.csproj : error NU1101: Unable to find package Nuke.Common.'; exit 1";
    private const string InOtherVersion = "echo '_build.csproj : warning NU1603: NUKE depends on X 1.0, but X 1.0 was not found.'";
    private const string Nuke = "runs build/bin/Nuke/bin/_build/release/_build.dll Clean";
    private const string Offline = "runs build/bin/Offline/bin/_build/release/_build.dll Clean";

    private readonly TemporaryDirectory _root = new();

    public BuildScriptTests()
    {
        Directory.CreateDirectory(_root["build"]);
        var scripts = Directory.GetFiles(Path.Combine(Repository.Root, "build"), "*.sh").Select(file => Path.GetRelativePath(Repository.Root, file));
        foreach (var file in (string[])["build.sh", "global.json", "Directory.Packages.props", .. scripts])
            File.Copy(Path.Combine(Repository.Root, file), _root[file]);
        File.SetUnixFileMode(_root.Write("dotnet", FakeDotnet), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        When("restore", "");
        When("build", "");
    }

    public void Dispose() => _root.Dispose();

    [Fact]
    public void A_yes_is_remembered()
    {
        When("restore", InOtherVersion);
        AssertRuns(Nuke, "restore Nuke", "build Nuke");
        AssertRuns(Nuke, "build Nuke");
    }

    [Fact]
    public void A_no_is_remembered_for_a_day()
    {
        When("restore", NotFound);
        AssertRuns(Offline, "restore Nuke", "build Offline");
        AssertRuns(Offline, "build Offline");

        var answer = Directory.GetFiles(_root[".nuke/temp"], "nuke-*").Single(file => !file.EndsWith(".log", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(answer, DateTime.UtcNow.AddHours(-25));
        When("restore", "");
        AssertRuns(Nuke, "restore Nuke", "build Nuke");
    }

    [Fact]
    public void A_time_that_is_up_is_no_answer()
    {
        // In place of timeout(1).
        var timeout = _root.Write("bin/timeout", "#!/bin/sh\necho \"$1 $2\" >$(dirname \"$0\")/asked\nexit 124\n");
        File.SetUnixFileMode(timeout, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        AssertRuns(Offline, "build Offline");
        Assert.Equal("--kill-after=5 300\n", File.ReadAllText(_root["bin/asked"]));
        File.Delete(timeout);
        AssertRuns(Nuke, "restore Nuke", "build Nuke");
    }

    [Fact]
    public void A_fault_of_the_project_is_no_answer()
    {
        When("restore", "echo '_build.csproj : error MSB4025: the project file could not be loaded.'; exit 1");
        AssertRuns(Offline, "restore Nuke", "build Offline");
        When("restore", "");
        AssertRuns(Nuke, "restore Nuke", "build Nuke");
    }

    [Fact]
    public void A_yes_that_no_longer_holds_is_forgotten_and_the_stand_in_takes_over()
    {
        AssertRuns(Nuke, "restore Nuke", "build Nuke");
        When("restore", NotFound);
        When("build", NotFound);
        var (exitCode, output) = Run();
        Assert.Equal(0, exitCode);
        Assert.Contains("Nuke.Common was restored before, and cannot be now", output, StringComparison.Ordinal);
        Assert.EndsWith(Offline + "\n", output, StringComparison.Ordinal);
        Assert.Equal(["build Nuke", "build Offline"], Calls());
        AssertRuns(Offline, "restore Nuke", "build Offline");
    }

    [Fact]
    public void A_build_that_does_not_compile_is_a_failure_whatever_the_host()
    {
        When("build", "echo 'Build.cs(1,1): error CS1001: Identifier expected'; exit 1");
        var (exitCode, output) = Run();
        Assert.Equal(1, exitCode);
        Assert.Contains("error CS1001", output, StringComparison.Ordinal);
        Assert.Equal(["restore Nuke", "build Nuke"], Calls());
    }

    [Fact]
    public void What_is_chosen_by_name_is_not_asked_for()
    {
        When("build", NotFound);
        Assert.Equal(1, Run(("BPFTUNE_BUILD_HOST", "nuke")).ExitCode);
        Assert.Equal(0, Run(("BPFTUNE_BUILD_HOST", "offline")).ExitCode);
        Assert.Equal(["build Nuke", "build Offline"], Calls());
    }

    [Fact]
    public void A_program_that_is_handed_over_is_run_and_nothing_is_made()
    {
        var (exitCode, output) = Run(("BPFTUNE_BUILD_PROGRAM", "/place/_build.dll"));
        Assert.Equal(0, exitCode);
        Assert.Equal("runs /place/_build.dll Clean\n", output);
        Assert.Empty(Calls());
    }

    private void When(string verb, string does) => _root.Write("when-" + verb, does);

    private void AssertRuns(string program, params string[] calls)
    {
        var (exitCode, output) = Run();
        Assert.True(exitCode == 0, output);
        Assert.EndsWith(program + "\n", output, StringComparison.Ordinal);
        Assert.Equal(calls, Calls());
    }

    private string[] Calls()
    {
        var file = _root["calls"];
        var calls = File.Exists(file) ? File.ReadAllLines(file) : [];
        File.Delete(file);
        return calls;
    }

    private (int ExitCode, string Output) Run(params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo("bash", ["-c", "exec 2>&1; exec ./build.sh Clean"]) { WorkingDirectory = _root.Path, RedirectStandardOutput = true };
        start.Environment["DOTNET_EXE"] = _root["dotnet"];
        start.Environment["PATH"] = $"{_root["bin"]}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment.Remove("BPFTUNE_BUILD_HOST");
        start.Environment.Remove("BPFTUNE_BUILD_PROGRAM");
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var script = Process.Start(start)!;
        var output = script.StandardOutput.ReadToEnd();
        script.WaitForExit();
        return (script.ExitCode, output);
    }
}
