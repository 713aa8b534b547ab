namespace BpfTune.Build.Tests;

/// <summary>The file for GitHub says what the build declares, and that is what there is.</summary>
public sealed class WorkflowTests
{
    [Fact]
    public void The_file_in_the_repository_is_what_the_build_writes() =>
        Assert.Equal(Workflow.Text, File.ReadAllText(Path.Combine(Repository.Root, Workflow.Path)));

    [Fact]
    public void Every_distribution_of_the_matrix_has_an_image_and_none_is_forgotten()
    {
        foreach (var kind in (string[])["pulled", "layout"])
        {
            var images = Directory.GetDirectories(Path.Combine(Repository.Root, "tests/integration/images", kind)).Select(directory => Path.GetFileName(directory)!);
            Assert.Equal(Workflow.Distributions.Keys, images.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Each_distribution_makes_and_installs_its_own_format_and_there_is_one_for_each()
    {
        Assert.Equal(PackageFormat.All.Select(format => format.Name).Order(StringComparer.Ordinal), Workflow.Distributions.Values.Order(StringComparer.Ordinal));
        Assert.All(Workflow.Distributions, pair => Assert.Contains($"- {{ distribution: {pair.Key}, format: {pair.Value} }}\n", Workflow.Text, StringComparison.Ordinal));
        foreach (var (distribution, format) in Workflow.Distributions)
        {
            // As the tests know them.
            var sources = Directory.GetFiles(Path.Combine(Repository.Root, "tests/integration/BpfTune.Packages.Tests/Distributions"), "*.cs").Select(File.ReadAllText);
            Assert.Single(sources, text => text.Contains($"Name => \"{distribution}\"", StringComparison.Ordinal) && text.Contains($"Format => \"{format}\"", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void No_test_is_skipped_silently() =>
        Assert.All(Workflow.Text.Split('\n').Where(line => line.Contains("run: ", StringComparison.Ordinal)), line => Assert.Contains("BPFTUNE_REQUIRE_LIVE=1", line, StringComparison.Ordinal));

    [Fact]
    public void Every_command_is_a_target_of_the_build()
    {
        var targets = Directory.GetFiles(Path.Combine(Repository.Root, "build"), "Build*.cs").Select(File.ReadAllText).ToList();
        var commands = Workflow.Text.Split('\n').Where(line => line.Contains("./build.sh ", StringComparison.Ordinal) && !line.StartsWith('#')).ToList();
        Assert.Equal(3, commands.Count);
        Assert.All(commands, line =>
        {
            var target = line.Split("./build.sh ")[1].Split(' ')[0];
            Assert.Contains(targets, text => text.Contains($"Target {target} =>", StringComparison.Ordinal));
        });
    }
}
