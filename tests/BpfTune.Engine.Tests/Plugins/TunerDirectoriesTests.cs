using BpfTune.Engine.Plugins;

namespace BpfTune.Engine.Tests.Plugins;

public sealed class TunerDirectoriesTests : IDisposable
{
    private readonly TunerFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheFourStandardDirectoriesComeFirstAndInOrder()
    {
        var directories = new TunerDirectories("/opt/x", null, "", "/opt/y");
        Assert.Equal(
            ["/usr/lib/bpftune", "/usr/local/lib/bpftune", "/usr/lib64/bpftune", "/usr/local/lib64/bpftune", "/opt/x", "/opt/y"],
            directories.Paths);
    }

    [Fact]
    public void APathNamedTwiceIsOne() =>
        Assert.Equal(TunerDirectories.Standard, new TunerDirectories("/usr/lib/bpftune", "/usr/lib/../lib/bpftune").Paths);

    [Fact]
    public void ARelativePathCountsFromHere() =>
        Assert.Equal(Path.Combine(Directory.GetCurrentDirectory(), "tuners"), new TunerDirectories("tuners").Paths[^1]);

    [Fact]
    public void PresentAndAbsent()
    {
        _folder.MakeDirectory("a");
        Assert.Equal(
            [
                new TunerDirectory(_folder.Path("a"), TunerDirectoryState.Present, null),
                new TunerDirectory(_folder.Path("b"), TunerDirectoryState.Absent, null),
                new TunerDirectory(_folder.Path("c/d"), TunerDirectoryState.Absent, null),
            ],
            _folder.Directories("a", "b", "c/d").Look());
    }

    [Fact]
    public void ADirectoryReachedTwiceIsOne()
    {
        _folder.MakeDirectory("lib/bpftune");
        File.CreateSymbolicLink(_folder.Path("lib64"), "lib"); // As on Arch.
        File.CreateSymbolicLink(_folder.Path("absolute"), _folder.Path("lib"));
        File.CreateSymbolicLink(_folder.Path("roundabout"), "./lib64/../lib64/./bpftune");
        Assert.Equal(
            [
                new TunerDirectory(_folder.Path("lib64/bpftune"), TunerDirectoryState.Present, null),
                new TunerDirectory(_folder.Path("lib/bpftune"), TunerDirectoryState.Duplicate, _folder.Path("lib64/bpftune")),
                new TunerDirectory(_folder.Path("absolute/bpftune"), TunerDirectoryState.Duplicate, _folder.Path("lib64/bpftune")),
                new TunerDirectory(_folder.Path("roundabout"), TunerDirectoryState.Duplicate, _folder.Path("lib64/bpftune")),
            ],
            _folder.Directories("lib64/bpftune", "lib/bpftune", "absolute/bpftune", "roundabout").Look());
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("a", "a/b/c")]
    [InlineData("a/b", "a/b/c")]
    [InlineData("a/b/c", "a/b/c")]
    public void ADirectoryThatOthersCanWriteToSpoilsAllBelow(string writable, string asked)
    {
        _folder.MakeDirectory("a/b/c");
        File.SetUnixFileMode(_folder.Path(writable), (UnixFileMode)0b111_111_101);
        var directory = Assert.Single(_folder.Directories(asked).Look());
        Assert.Equal(TunerDirectoryState.Refused, directory.State);
        Assert.Equal($"the directory {_folder.Path(writable)} is writable by its group (mode 0775)", directory.Detail);
    }

    [Fact]
    public void AStickyDirectoryAboveIsFine()
    {
        _folder.MakeDirectory("nix/store/0123-bpftune/lib");
        File.SetUnixFileMode(_folder.Path("nix/store"), (UnixFileMode)0b001_111_111_101);
        File.CreateSymbolicLink(_folder.Path("nix/store/current"), "0123-bpftune");
        Assert.Equal(
            TunerDirectoryState.Present,
            Assert.Single(_folder.Directories("nix/store/0123-bpftune/lib").Look()).State);
        // The link is ours, so it is our word.
        Assert.Equal(TunerDirectoryState.Present, Assert.Single(_folder.Directories("nix/store/current/lib").Look()).State);
    }

    [Fact]
    public void AStickyDirectoryThatEverybodyCanWriteToIsNot()
    {
        _folder.MakeDirectory("tmp/bpftune");
        File.SetUnixFileMode(_folder.Path("tmp"), (UnixFileMode)0b001_111_111_111);
        var directory = Assert.Single(_folder.Directories("tmp/bpftune").Look());
        Assert.Equal(TunerDirectoryState.Refused, directory.State);
        Assert.Equal($"the directory {_folder.Path("tmp")} is writable by its group and everybody (mode 1777)", directory.Detail);
    }

    [Fact]
    public void AStickyDirectoryIsNoTunerDirectory()
    {
        // Others may put files of their own there.
        _folder.MakeDirectory("store");
        File.SetUnixFileMode(_folder.Path("store"), (UnixFileMode)0b001_111_111_101);
        var directory = Assert.Single(_folder.Directories("store").Look());
        Assert.Equal(TunerDirectoryState.Refused, directory.State);
        Assert.Equal($"the directory {_folder.Path("store")} is writable by its group (mode 1775)", directory.Detail);
    }

    [Fact]
    public void SomebodyElsesLinkInAStickyDirectoryIsNotFollowed()
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root can give a link away");
        _folder.MakeDirectory("store");
        _folder.MakeDirectory("old/tuners");
        File.SetUnixFileMode(_folder.Path("store"), (UnixFileMode)0b001_111_111_101);
        File.CreateSymbolicLink(_folder.Path("store/bpftune"), _folder.Path("old"));
        using var chown = System.Diagnostics.Process.Start("chown", ["-h", "65534", _folder.Path("store/bpftune")]);
        chown.WaitForExit();
        Assert.Equal(0, chown.ExitCode);
        var directory = Assert.Single(_folder.Directories("store/bpftune/tuners").Look());
        Assert.Equal(TunerDirectoryState.Refused, directory.State);
        Assert.Contains("is owned by user 65534, in a directory where others may make links", directory.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void TheTargetOfALinkIsLookedAtToo()
    {
        _folder.MakeDirectory("open/bpftune");
        File.SetUnixFileMode(_folder.Path("open"), (UnixFileMode)0b111_101_111);
        File.CreateSymbolicLink(_folder.Path("link"), "open/bpftune");
        var directory = Assert.Single(_folder.Directories("link").Look());
        Assert.Equal(TunerDirectoryState.Refused, directory.State);
        Assert.Equal($"the directory {_folder.Path("open")} is writable by everybody (mode 0757)", directory.Detail);
    }

    [Fact]
    public void AnAbsentDirectoryIsAbsentWhoeverCouldMakeIt()
    {
        _folder.MakeDirectory("a"); // /usr/local/lib belongs to a group on older systems.
        File.SetUnixFileMode(_folder.Path("a"), (UnixFileMode)0b111_111_101);
        Assert.Equal(TunerDirectoryState.Absent, Assert.Single(_folder.Directories("a/bpftune").Look()).State);
    }

    [Fact]
    public void AFileIsNoDirectory()
    {
        File.WriteAllText(_folder.Path("file"), "");
        var directories = _folder.Directories("file", "file/bpftune").Look();
        Assert.All(directories, d => Assert.Equal((TunerDirectoryState.Refused, $"{_folder.Path("file")} is not a directory"), (d.State, d.Detail)));
    }

    [Fact]
    public void LinksThatGoRoundEnd()
    {
        File.CreateSymbolicLink(_folder.Path("a"), "b");
        File.CreateSymbolicLink(_folder.Path("b"), "a");
        var directory = Assert.Single(_folder.Directories("a/x").Look());
        Assert.Equal((TunerDirectoryState.Refused, "the path has more than 40 symbolic links"), (directory.State, directory.Detail));
    }

    [Fact]
    public void ADanglingLinkIsAbsent()
    {
        File.CreateSymbolicLink(_folder.Path("a"), "nowhere/at/all");
        Assert.Equal(TunerDirectoryState.Absent, Assert.Single(_folder.Directories("a").Look()).State);
    }

    [Fact]
    public void WithoutAnAnchorEverythingUpToTheRootIsLookedAt()
    {
        // The directory for temporary files is everybody's: nothing below it would ever be loaded.
        var directory = Assert.Single(new TunerDirectories(_folder.Trust with { Anchor = null }, [_folder.Root]).Look());
        Assert.Equal(TunerDirectoryState.Refused, directory.State);
        Assert.StartsWith("the directory /", directory.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void NoDescriptorIsLeftOpen()
    {
        _folder.MakeDirectory("a/b");
        File.SetUnixFileMode(_folder.Path("a"), (UnixFileMode)0b111_111_101);
        var directories = _folder.Directories("a/b", "a/c", "d");
        directories.Look();
        var before = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        for (var i = 0; i < 50; i++)
            directories.Look();
        // Other tests run meanwhile, so the number is not exact; 50 looks would have left 150.
        Assert.InRange(Directory.GetFileSystemEntries("/proc/self/fd").Length, 0, before + 60);
    }
}
