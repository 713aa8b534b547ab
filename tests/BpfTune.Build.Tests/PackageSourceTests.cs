namespace BpfTune.Build.Tests;

/// <summary>The copy of the sources that packages are made of.</summary>
public sealed class PackageSourceTests : IDisposable
{
    private readonly TemporaryDirectory _from = new();
    private readonly TemporaryDirectory _to = new();

    public void Dispose()
    {
        _from.Dispose();
        _to.Dispose();
    }

    [Fact]
    public void Sources_are_copied_and_what_was_built_is_not()
    {
        string[] sources = [".nuke/parameters.json", "build/Build.cs", "src/A/A.cs"];
        foreach (var file in (string[])[.. sources, ".git/HEAD", ".nuke/temp/x", "artifacts/x", "build/bin/x", "src/A/obj/x"])
            _from.Write(file, "");

        SourceTree.Copy(_from.Path, _to.Path);

        Assert.Equal(sources, Directory.EnumerateFiles(_to.Path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_to.Path, file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Scripts_may_still_be_executed()
    {
        File.SetUnixFileMode(_from.Write("build.sh", ""), UnixFileMode.UserRead | UnixFileMode.UserExecute);

        SourceTree.Copy(_from.Path, _to.Path);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserExecute, File.GetUnixFileMode(_to["build.sh"]));
    }

    [Fact]
    public void A_version_is_written_wherever_one_stands()
    {
        foreach (var file in VersionStamp.Files.Keys)
            _to.Write(file, File.ReadAllText(Path.Combine(Repository.Root, file)));

        VersionStamp.Write(_to.Path, "12.34.56", 7);

        Assert.All(VersionStamp.Files, file => Assert.Equal("12.34.56", file.Value.Match(File.ReadAllText(_to[file.Key])).Groups[1].Value));
        Assert.StartsWith("bpftune (12.34.56-7) ", File.ReadAllText(_to["packaging/deb/changelog"]), StringComparison.Ordinal);
        Assert.Matches(@"(?m)^Release:\s+7%\{\?dist\}$", File.ReadAllText(_to["packaging/rpm/bpftune.spec"]));
        Assert.Contains("\npkgrel=7\n", File.ReadAllText(_to["packaging/arch/PKGBUILD"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipe_that_names_no_version_is_an_error()
    {
        foreach (var file in VersionStamp.Files.Keys)
            _to.Write(file, "");

        Assert.Throws<InvalidOperationException>(() => VersionStamp.Write(_to.Path, "1.2.3", 1));
    }

    [Theory]
    [InlineData("<Project><PropertyGroup><AssemblyName>a_b.tuner</AssemblyName></PropertyGroup></Project>", "a_b")]
    [InlineData("<Project><PropertyGroup><AssemblyName>a_b</AssemblyName></PropertyGroup></Project>", null)]
    [InlineData("<Project />", null)]
    public void A_tuner_is_named_as_its_assembly_is(string project, string? name)
    {
        var file = _from.Write("A.csproj", project);

        if (name is null)
            Assert.Throws<InvalidDataException>(() => TunerProject.NameOf(file));
        else
            Assert.Equal(name, TunerProject.NameOf(file));
    }
}
