using System.Diagnostics;
using System.Xml.Linq;

namespace BpfTune.Build.Tests;

/// <summary>What the repository must hold for its build to be whole.</summary>
public sealed class RepositoryTests
{
    private static IEnumerable<string> Files(string directory, string pattern) =>
        Directory.Exists(Path.Combine(Repository.Root, directory))
            ? Directory.EnumerateFiles(Path.Combine(Repository.Root, directory), pattern, SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(Repository.Root, file))
                .Where(file => !file.Split('/').Any(part => part is "obj" or "bin"))
            : [];

    [Fact]
    public void The_solution_lists_every_project_and_no_other()
    {
        var listed = XDocument.Load(Path.Combine(Repository.Root, "BpfTune.slnx")).Descendants("Project").Select(project => project.Attribute("Path")!.Value);
        var present = new[] { "src", "tuners", "tests", "build" }.SelectMany(directory => Files(directory, "*.csproj"));

        Assert.Equal(present.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_version_of_a_package_is_exact()
    {
        var versions = XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props")).Descendants("PackageVersion").Select(package => package.Attribute("Version")!.Value).ToList();

        Assert.NotEmpty(versions);
        Assert.All(versions, version => Assert.Matches(@"^\d+\.\d+\.\d+$", version));
    }

    [Fact]
    public void Shell_scripts_are_clean()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/shellcheck"), "shellcheck is not installed");
        string[] scripts =
        [
            "build.sh", ".ci/run", "packaging/completions/bpftune.bash", "packaging/deb/bpftune-core.prerm", "packaging/deb/bpftune-core.postrm",
            .. Files("build", "*.sh"), .. Files("packaging", "*.sh"), .. Files("tests", "*.sh"),
        ];
        using var check = Process.Start(new ProcessStartInfo("/usr/bin/shellcheck", scripts) { WorkingDirectory = Repository.Root, RedirectStandardOutput = true })!;

        var said = check.StandardOutput.ReadToEnd();
        check.WaitForExit();

        Assert.Equal("", said);
        Assert.Equal(0, check.ExitCode);
    }

    [Fact]
    public void Scripts_may_be_executed() =>
        Assert.All(
            ["build.sh", ".ci/run", "build/staged.sh", "build/clang-test.sh", "build/msbuild/bpf-compile.sh", "tests/integration/BpfTune.Fresh.Tests/enter.sh", "packaging/deb/rules", "packaging/scripts/before-removal.sh"],
            script => Assert.True((File.GetUnixFileMode(Path.Combine(Repository.Root, script)) & UnixFileMode.UserExecute) != 0, script));

    // The two hosts differ in a project property alone; a file that asked which it has would be tested against one only.
    [Fact]
    public void The_build_does_not_know_its_host()
    {
        var sources = Directory.GetFiles(Path.Combine(Repository.Root, "build"), "*.cs");

        Assert.NotEmpty(sources);
        Assert.All(sources, source =>
        {
            var text = File.ReadAllText(source);
            Assert.DoesNotContain("#if", text, StringComparison.Ordinal);
            Assert.DoesNotContain("GetType().Assembly", text, StringComparison.Ordinal);
        });
    }
}
