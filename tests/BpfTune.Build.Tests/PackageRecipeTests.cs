using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace BpfTune.Build.Tests;

/// <summary>
/// Each format's recipe is read by that format's own tools, so tuners, versions and numbers stand in each of them. They must be those of
/// the repository: no tuner may be forgotten when one is added.
/// </summary>
public sealed partial class PackageRecipeTests
{
    public static TheoryData<string> Tuners => [.. TunersOfRepository()];

    private static string[] TunersOfRepository() =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "tuners"), "*.csproj", SearchOption.AllDirectories).Select(TunerProject.NameOf).Order(StringComparer.Ordinal)];

    private static string Text(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));

    // Paragraphs of debian/control, by package.
    private static Dictionary<string, string> DebianPackages() => Text("packaging/deb/control").Split("\n\n")
        .Where(paragraph => paragraph.StartsWith("Package:", StringComparison.Ordinal))
        .ToDictionary(paragraph => Package().Match(paragraph).Groups[1].Value);

    [GeneratedRegex(@"^Package: (\S+)")]
    private static partial Regex Package();

    [GeneratedRegex(@"^%tuner (\S+)\s+(\S+)\s", RegexOptions.Multiline)]
    private static partial Regex SpecTuner();

    [Fact]
    public void There_are_tuners() => Assert.NotEmpty(TunersOfRepository());

    [Fact]
    public void Deb_has_a_package_for_each_tuner_and_no_other() => Assert.Equal(
        PackageFormat.All.Single(format => format.Name == "deb").Packages(TunersOfRepository()),
        DebianPackages().Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Tuners))]
    public void Deb_packages_a_tuner_with_its_manual(string tuner)
    {
        var package = PackageFormat.TunerPackage(tuner);

        Assert.Equal([$"usr/lib/bpftune/{tuner}.tuner.dll", $"usr/share/man/man8/bpftune-{tuner}.8"], Text($"packaging/deb/{package}.install").TrimEnd().Split('\n'));
        Assert.Contains($" {package} (>= ", DebianPackages()["bpftune-suite"], StringComparison.Ordinal);
        Assert.Contains($"bpftune-{tuner}(8)", DebianPackages()[package], StringComparison.Ordinal);
    }

    [Fact]
    public void Rpm_has_a_package_for_each_tuner_and_no_other()
    {
        var called = SpecTuner().Matches(Text("packaging/rpm/bpftune.spec")).Select(match => (match.Groups[1].Value, match.Groups[2].Value));

        Assert.Equal(TunersOfRepository().Select(tuner => (tuner, tuner.Replace('_', '-'))), called);
    }

    [Theory]
    [MemberData(nameof(Tuners))]
    public void Rpm_has_the_suite_require_a_tuner(string tuner) =>
        Assert.Matches($@"(?m)^Requires:\s+{PackageFormat.TunerPackage(tuner)} >= %\{{version\}}$", Text("packaging/rpm/bpftune.spec"));

    // Packages and what the suite depends on are made of this list.
    [Fact]
    public void Arch_lists_the_tuners() =>
        Assert.Equal($"_tuners=({string.Join(' ', TunersOfRepository())})", Text("packaging/arch/PKGBUILD").Split('\n').Single(line => line.StartsWith("_tuners=", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Tuners))]
    public void A_tuner_has_a_manual(string tuner) => Assert.True(File.Exists(Path.Combine(Repository.Root, "docs", $"bpftune-{tuner}.8")), tuner);

    [Fact]
    public void Every_recipe_says_the_version_of_the_build()
    {
        var version = XDocument.Load(Path.Combine(Repository.Root, "Directory.Build.props")).Descendants("VersionPrefix").Single().Value;

        Assert.All(VersionStamp.Files, file => Assert.Equal(version, file.Value.Match(Text(file.Key)).Groups[1].Value));
    }

    [Fact]
    public void Every_recipe_names_the_interface_between_daemon_and_tuners()
    {
        var number = Regex.Match(Text("src/BpfTune.Sdk/TunerExportAttribute.cs"), @"InterfaceVersion = (\d+);").Groups[1].Value;

        Assert.NotEqual("", number);
        Assert.Equal(1 + TunersOfRepository().Length, Regex.Count(Text("packaging/deb/control"), $@"bpftune-tuner-interface-{number}\b"));
        Assert.Equal(2, Regex.Count(Text("packaging/rpm/bpftune.spec"), $@"bpftune-tuner-interface = {number}\b"));
        Assert.Equal(2, Regex.Count(Text("packaging/arch/PKGBUILD"), $@"bpftune-tuner-interface={number}\b"));

        // A daemon refuses a tuner that was compiled against a later version of these.
        Assert.All(
            ["src/BpfTune.Sdk/BpfTune.Sdk.csproj", "src/BpfTune.LibBpf/BpfTune.LibBpf.csproj"],
            project => Assert.Contains($"<AssemblyVersion>{number}.0.0.0</AssemblyVersion>", Text(project), StringComparison.Ordinal));
    }

    [Fact]
    public void Arch_puts_nothing_below_lib64_or_sbin()
    {
        const string Removed = "\trm -rf \"$srcdir/tree/usr/sbin\"\n";
        var recipe = Text("packaging/arch/PKGBUILD");

        Assert.Contains(Removed, recipe, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"usr/lib64|/sbin", recipe.Replace(Removed, "", StringComparison.Ordinal) + Text("packaging/arch/bpftune-core.install"));
    }

    // Where sbin is bin, a package that has the link would put it in the program's place.
    [Fact]
    public void Rpm_has_nothing_in_sbin_but_makes_the_link_where_it_belongs()
    {
        var spec = Text("packaging/rpm/bpftune.spec");

        Assert.DoesNotMatch(@"(?m)^(%\{_sbindir\}|%\{_prefix\}/sbin)", spec);
        Assert.Matches(@"(?s)%posttrans core.*! -L %\{_prefix\}/sbin.*ln -sfn \.\./bin/bpftune %\{_prefix\}/sbin/bpftune", spec);
        Assert.Matches(@"(?s)%postun core.*rm -f %\{_prefix\}/sbin/bpftune", spec);
    }

    [Fact]
    public void Deb_has_the_link_in_sbin() =>
        Assert.Contains("usr/sbin/bpftune", Text("packaging/deb/bpftune-core.install").Split('\n'));
}
