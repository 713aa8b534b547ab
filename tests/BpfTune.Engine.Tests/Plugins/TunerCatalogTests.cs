using BpfTune.Engine.Plugins;

namespace BpfTune.Engine.Tests.Plugins;

public sealed class TunerCatalogTests : IDisposable
{
    private const string File1 = "a/sample.tuner.dll";
    private const string File2 = "b/sample.tuner.dll";

    private readonly TunerFolder _folder = new();
    private readonly TunerCatalog _catalog;

    public TunerCatalogTests()
    {
        _folder.MakeDirectory("a");
        _folder.MakeDirectory("b");
        _catalog = _folder.Catalog("a", "b");
    }

    public void Dispose() => _folder.Dispose();

    private TunerFileChange Only() => Assert.Single(_catalog.Look());

    private void Refused(string relative, string reason)
    {
        var change = Only();
        Assert.Equal(TunerFileChangeKind.Refused, change.Kind);
        Assert.Equal(new TunerRefusal(_folder.Path(relative), reason), change.Refusal);
        Assert.False(change.IsLoadable);
        // Said once, until the file is another.
        Assert.Empty(_catalog.Look());
    }

    [Fact]
    public void ATunerAppearsIsReplacedAndGoes()
    {
        Assert.Empty(_catalog.Look());

        _folder.Put(File1, TestTuner.First);
        var change = Only();
        Assert.Equal((TunerFileChangeKind.Appeared, "sample", _folder.Path(File1)), (change.Kind, change.Name, change.Path));
        Assert.True(change.IsLoadable);
        Assert.Equal(TestTuner.First, change.File.Content.ToArray());
        Assert.Empty(_catalog.Look());

        _folder.Put(File1, TestTuner.Second);
        change = Only();
        Assert.Equal(TunerFileChangeKind.Replaced, change.Kind);
        Assert.Equal(TestTuner.Second, change.File!.Content.ToArray());

        File.Delete(_folder.Path(File1));
        change = Only();
        Assert.Equal((TunerFileChangeKind.Removed, "sample", _folder.Path(File1)), (change.Kind, change.Name, change.Path));
        Assert.Empty(_catalog.Look());
    }

    [Fact]
    public void TheFirstDirectoryWins()
    {
        _folder.Put(File2, TestTuner.Second);
        _folder.Put(File1, TestTuner.First);
        Assert.Equal(_folder.Path(File1), Only().Path);

        // What the second one does is of no concern while the first is there.
        _folder.Put(File2, TestTuner.First);
        Assert.Empty(_catalog.Look());

        File.Delete(_folder.Path(File1));
        var change = Only();
        Assert.Equal((TunerFileChangeKind.Replaced, _folder.Path(File2)), (change.Kind, change.Path));

        _folder.Put(File1, TestTuner.First);
        change = Only();
        Assert.Equal((TunerFileChangeKind.Replaced, _folder.Path(File1)), (change.Kind, change.Path));
    }

    [Fact]
    public void ARefusedFileLeavesTheNextDirectoryItsTurn()
    {
        _folder.Put(File1, "garbage"u8);
        _folder.Put(File2, TestTuner.Second);
        var changes = _catalog.Look();
        Assert.Equal([TunerFileChangeKind.Refused, TunerFileChangeKind.Appeared], changes.Select(c => c.Kind));
        Assert.Equal(_folder.Path(File2), changes[1].Path);
        Assert.Empty(_catalog.Look());

        _folder.Put(File1, TestTuner.First);
        var replaced = Only();
        Assert.Equal((TunerFileChangeKind.Replaced, _folder.Path(File1)), (replaced.Kind, replaced.Path));
    }

    [Fact]
    public void WhatRunsGoesOnWhenItsFileIsSpoilt()
    {
        _folder.Put(File1, TestTuner.First);
        Only();
        _folder.Put(File1, TestTuner.Second.AsSpan(0, 1000));
        Refused(File1, TunerRefusalText.CutShort(1000, TestTuner.Second.Length));

        _folder.Put(File1, TestTuner.Second);
        Assert.Equal(TunerFileChangeKind.Replaced, Only().Kind);
    }

    [Fact]
    public void GarbageIsRefused()
    {
        _folder.Put(File1, "this is no assembly"u8);
        Refused(File1, "it is not a .NET assembly");
    }

    [Fact]
    public void AnEmptyFileIsRefused()
    {
        _folder.Put(File1, []);
        Refused(File1, "it is empty");
    }

    [Fact]
    public void ATruncatedFileIsRefused()
    {
        _folder.Put(File1, TestTuner.First.AsSpan(0, 2048));
        Refused(File1, TunerRefusalText.CutShort(2048, TestTuner.First.Length));
    }

    [Theory]
    [InlineData(0b110_110_100, "it is writable by its group (mode 0664)")]
    [InlineData(0b110_100_110, "it is writable by everybody (mode 0646)")]
    public void AFileThatOthersCanWriteIsRefusedUntilItIsPutRight(int mode, string reason)
    {
        _folder.Put(File1, TestTuner.First);
        File.SetUnixFileMode(_folder.Path(File1), (UnixFileMode)mode);
        Assert.False(_catalog.HasRefused("sample"));
        Refused(File1, reason);
        Assert.True(_catalog.HasRefused("sample"));

        File.SetUnixFileMode(_folder.Path(File1), (UnixFileMode)0b110_100_100);
        Assert.Equal(TunerFileChangeKind.Appeared, Only().Kind);
        Assert.False(_catalog.HasRefused("sample"));
    }

    [Fact]
    public void ASymbolicLinkIsRefusedWhereverItPoints()
    {
        _folder.Put("b/other.tuner.dll.aside2", TestTuner.First);
        File.CreateSymbolicLink(_folder.Path(File1), _folder.Path("b/other.tuner.dll.aside2"));
        Refused(File1, "it is a symbolic link; the file itself must lie in the directory");
    }

    [Fact]
    public void ADanglingLinkIsRefusedAsALink()
    {
        File.CreateSymbolicLink(_folder.Path(File1), "/nowhere");
        Refused(File1, "it is a symbolic link; the file itself must lie in the directory");
    }

    [Fact]
    public void ADirectoryOfThatNameIsRefused()
    {
        _folder.MakeDirectory(File1);
        Refused(File1, "it is a directory");
    }

    [Fact]
    public void AFileOfAnotherUserIsRefused()
    {
        _folder.Put(File1, TestTuner.First);
        // Only root can give files away, so the expectation is moved instead: everything belongs to the wrong user.
        var walk = DirectoryWalk.Open(_folder.Path("a"), _folder.Trust);
        using (walk)
        {
            var stranger = _folder.Trust with { Owner = _folder.Trust.Owner + 1 };
            var result = TunerFileCheck.Read(walk.Deepest!, walk.Path, "sample.tuner.dll", stranger);
            Assert.Equal(
                TunerRefusalText.Ownership("it", _folder.Trust.Owner, 0x1a4, stranger.Owner), result.Refusal?.Reason);
        }
    }

    [Fact]
    public void ANameThatNobodyCouldTypeIsRefused()
    {
        _folder.Put("a/Sample-1.tuner.dll", TestTuner.First);
        Refused("a/Sample-1.tuner.dll", TunerRefusalText.BadName("Sample-1"));
    }

    [Theory]
    [InlineData("a/sample.tuner.dll.dpkg-new")]
    [InlineData("a/sample.tuner.dll.rpmsave")]
    [InlineData("a/sample.tuner.dll;5f3a91c2")]
    [InlineData("a/.sample.tuner.dll")]
    [InlineData("a/sample.dll")]
    [InlineData("a/README")]
    public void WhatLiesBesideIsNotLookedAt(string relative)
    {
        _folder.Put(relative, TestTuner.First);
        Assert.Empty(_catalog.Look());
    }

    [Fact]
    public void ADirectoryThatComesLaterIsTakenUp()
    {
        var catalog = _folder.Catalog("late", "b");
        _folder.Put(File2, TestTuner.Second);
        Assert.Equal(_folder.Path(File2), Assert.Single(catalog.Look()).Path);
        _folder.MakeDirectory("late");
        _folder.Put("late/sample.tuner.dll", TestTuner.First);
        Assert.Equal(_folder.Path("late/sample.tuner.dll"), Assert.Single(catalog.Look()).Path);
        Directory.Delete(_folder.Path("late"), recursive: true);
        var change = Assert.Single(catalog.Look());
        Assert.Equal((TunerFileChangeKind.Replaced, _folder.Path(File2)), (change.Kind, change.Path));
    }

    [Fact]
    public void NothingIsTakenFromADirectoryThatOthersCanWriteTo()
    {
        _folder.Put(File1, TestTuner.First);
        File.SetUnixFileMode(_folder.Path("a"), (UnixFileMode)0b111_101_111);
        Assert.Empty(_catalog.Look());
    }

    [Fact]
    public void WhatWasTakenFromADirectoryGoesOnWhenOthersMayWriteToIt()
    {
        _folder.Put(File1, TestTuner.First);
        Only();
        File.SetUnixFileMode(_folder.Path("a"), (UnixFileMode)0b111_101_111);
        _folder.Put(File2, TestTuner.Second);
        _folder.Put(File1, TestTuner.Second);
        Assert.Empty(_catalog.Look());

        File.SetUnixFileMode(_folder.Path("a"), (UnixFileMode)0b111_101_101);
        var replaced = Only();
        Assert.Equal((TunerFileChangeKind.Replaced, _folder.Path(File1)), (replaced.Kind, replaced.Path));
    }

    [Fact]
    public void ARefusedDirectoryIsAWarningOnceAndAnAbsentOneIsNot()
    {
        var log = new ListLogger();
        var catalog = new TunerCatalog(_folder.Directories("a", "absent"), log);
        catalog.Look();
        Assert.Empty(log.Warnings);

        File.SetUnixFileMode(_folder.Path("a"), (UnixFileMode)0b111_101_111);
        catalog.Look();
        catalog.Look();
        Assert.Equal([$"no tuner is loaded from {_folder.Path("a")}: the directory {_folder.Path("a")} is writable by everybody (mode 0757)"], log.Warnings);
    }
}
