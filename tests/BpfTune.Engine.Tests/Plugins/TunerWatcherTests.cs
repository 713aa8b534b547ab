using System.Diagnostics;
using BpfTune.Engine.Plugins;

namespace BpfTune.Engine.Tests.Plugins;

public sealed class TunerWatcherTests : IDisposable
{
    private readonly TunerFolder _folder = new();
    private readonly TunerWatcher _watcher;

    public TunerWatcherTests()
    {
        _folder.MakeDirectory("a");
        _folder.MakeDirectory("b");
        _watcher = new TunerWatcher(_folder.Catalog("a", "b", "later/on/bpftune"));
        Assert.Empty(_watcher.Look());
        Assert.Null(_watcher.Problem);
        Assert.True(_watcher.Fd >= 0);
    }

    public void Dispose()
    {
        _watcher.Dispose();
        _folder.Dispose();
    }

    /// <summary>inotify queues an event before the call that causes it returns: what is not there now will not come.</summary>
    private IReadOnlyList<TunerFileChange> Next() => _watcher.Process();

    private TunerFileChange Only() => Assert.Single(Next());

    [Fact]
    public void AFileIsTakenWhenItsWriterClosesItAndNotBefore()
    {
        var content = TestTuner.First;
        using (var file = File.Create(_folder.Path("a/sample.tuner.dll")))
        {
            Assert.Empty(Next());
            file.Write(content.AsSpan(0, 1000));
            file.Flush(flushToDisk: true);
            Assert.Empty(Next());
            file.Write(content.AsSpan(1000));
        }

        File.SetUnixFileMode(_folder.Path("a/sample.tuner.dll"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var change = Only();
        Assert.Equal((TunerFileChangeKind.Appeared, "sample"), (change.Kind, change.Name));
        Assert.Equal(content, change.File!.Content.ToArray());
        Assert.Empty(Next());
    }

    [Fact]
    public void AFileRenamedIntoPlaceIsTaken()
    {
        _folder.Put("a/sample.tuner.dll", TestTuner.First);
        Assert.Equal(TunerFileChangeKind.Appeared, Only().Kind);
        _folder.Put("a/sample.tuner.dll", TestTuner.Second);
        Assert.Equal(TunerFileChangeKind.Replaced, Only().Kind);
    }

    [Fact]
    public void AFileWrittenOverInPlaceIsTakenOnce()
    {
        _folder.Put("a/sample.tuner.dll", TestTuner.First);
        Only();
        File.WriteAllBytes(_folder.Path("a/sample.tuner.dll"), TestTuner.Second);
        var change = Only();
        Assert.Equal(TunerFileChangeKind.Replaced, change.Kind);
        Assert.Equal(TestTuner.Second, change.File!.Content.ToArray());
    }

    [Fact]
    public void AFileDeletedAndWrittenAnewIsNotLookedAtBeforeItsWriterClosesIt()
    {
        var path = _folder.Put("a/sample.tuner.dll", TestTuner.First);
        Only();
        var content = TestTuner.Second;
        File.Delete(path);
        using (var file = File.Create(path))
        {
            file.Write(content.AsSpan(0, 1000));
            file.Flush(flushToDisk: true);

            // Gone, and not refused for being cut short.
            var gone = Only();
            Assert.Equal((TunerFileChangeKind.Removed, "sample"), (gone.Kind, gone.Name));
            Assert.Null(gone.Refusal);
            file.Write(content.AsSpan(1000));
        }

        Assert.Equal(TunerFileChangeKind.Appeared, Only().Kind);
        Assert.Empty(Next());

        // All of it before anybody looked.
        File.Delete(path);
        File.WriteAllBytes(path, TestTuner.First);
        Assert.Equal(TunerFileChangeKind.Replaced, Only().Kind);
    }

    [Fact]
    public void ALinkIsCompleteFromTheStart()
    {
        var content = _folder.Put("content", TestTuner.First);
        File.CreateSymbolicLink(_folder.Path("a/sample.tuner.dll"), content);
        Assert.Equal(TunerRefusalText.SymbolicLink, Only().Refusal?.Reason);
        File.Delete(_folder.Path("a/sample.tuner.dll"));
        Assert.Empty(Next());

        Process.Start("ln", [content, _folder.Path("a/sample.tuner.dll")]).WaitForExit();
        Assert.Equal(TunerFileChangeKind.Appeared, Only().Kind);
    }

    [Fact]
    public void AFileDeletedOrMovedAwayIsGone()
    {
        _folder.Put("a/sample.tuner.dll", TestTuner.First);
        Only();
        File.Move(_folder.Path("a/sample.tuner.dll"), _folder.Path("a/sample.tuner.dll.off"));
        Assert.Equal(TunerFileChangeKind.Removed, Only().Kind);
        File.Move(_folder.Path("a/sample.tuner.dll.off"), _folder.Path("a/sample.tuner.dll"));
        Assert.Equal(TunerFileChangeKind.Appeared, Only().Kind);
        File.Delete(_folder.Path("a/sample.tuner.dll"));
        Assert.Equal(TunerFileChangeKind.Removed, Only().Kind);
    }

    [Fact]
    public void AChangeOfModeMattersToARefusedFileOnly()
    {
        var path = _folder.Put("a/sample.tuner.dll.aside2", TestTuner.First);
        File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
        File.Move(path, _folder.Path("a/sample.tuner.dll"));
        Assert.Equal(TunerFileChangeKind.Refused, Only().Kind);
        File.SetUnixFileMode(_folder.Path("a/sample.tuner.dll"), (UnixFileMode)0b110_100_100);
        Assert.Equal(TunerFileChangeKind.Appeared, Only().Kind);
        File.SetUnixFileMode(_folder.Path("a/sample.tuner.dll"), (UnixFileMode)0b100_000_000);
        Assert.Empty(Next());
    }

    [Fact]
    public void ADirectoryThatComesLaterIsWatchedFromThenOn()
    {
        _folder.MakeDirectory("later");
        Assert.Empty(Next());
        _folder.MakeDirectory("later/on");
        _folder.MakeDirectory("later/on/bpftune"); // Two steps before anybody looks.
        Assert.Empty(Next());
        _folder.Put("later/on/bpftune/sample.tuner.dll", TestTuner.First);
        Assert.Equal(_folder.Path("later/on/bpftune/sample.tuner.dll"), Only().Path);
    }

    [Fact]
    public void ATreeMovedIntoPlaceIsRead()
    {
        _folder.MakeDirectory("staged/on/bpftune");
        _folder.Put("staged/on/bpftune/sample.tuner.dll", TestTuner.First);
        Assert.Empty(Next());
        Directory.Move(_folder.Path("staged"), _folder.Path("later"));
        Assert.Equal(TunerFileChangeKind.Appeared, Only().Kind);
    }

    [Fact]
    public void ADirectoryThatGoesTakesItsTunersAlong()
    {
        _folder.Put("a/sample.tuner.dll", TestTuner.First);
        Only();
        Directory.Move(_folder.Path("a"), _folder.Path("away"));
        Assert.Equal(TunerFileChangeKind.Removed, Only().Kind);

        _folder.MakeDirectory("a");
        Next();
        _folder.Put("a/sample.tuner.dll", TestTuner.Second);
        Assert.Equal(TunerFileChangeKind.Appeared, Only().Kind);
        Directory.Delete(_folder.Path("a"), recursive: true);
        Assert.Equal(TunerFileChangeKind.Removed, Only().Kind);
    }

    [Fact]
    public void ARefusedDirectoryPutRightIsRead()
    {
        File.SetUnixFileMode(_folder.Path("a"), (UnixFileMode)0b111_111_111);
        Assert.Empty(Next());
        _folder.Put("a/sample.tuner.dll", TestTuner.First);
        Assert.Empty(Next());
        File.SetUnixFileMode(_folder.Path("a"), (UnixFileMode)0b111_101_101);
        Assert.Equal(TunerFileChangeKind.Appeared, Only().Kind);
    }

    [Fact]
    public void WhatPackageManagersDoBesideIsNoNews()
    {
        _folder.Put("a/sample.tuner.dll.dpkg-new", TestTuner.First);
        File.WriteAllText(_folder.Path("a/README"), "");
        _folder.MakeDirectory("unrelated");
        Assert.Empty(Next());
    }

    [Fact]
    public void TheQueueMayOverflow()
    {
        var limit = int.Parse(File.ReadAllText("/proc/sys/fs/inotify/max_queued_events"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.SkipWhen(limit > 100_000, $"fs.inotify.max_queued_events is {limit}");
        for (var i = 0; i <= limit / 2; i++)
        {
            // Two events of different names in turn, or the kernel would merge them.
            File.SetUnixFileMode(_folder.Path("a"), (UnixFileMode)0b111_101_101);
            File.SetUnixFileMode(_folder.Path("b"), (UnixFileMode)0b111_101_101);
        }

        _folder.Put("a/sample.tuner.dll", TestTuner.First);
        Assert.Equal(TunerFileChangeKind.Appeared, Only().Kind);
    }

    [Fact]
    public void ALookIsCheap()
    {
        _folder.Put("a/sample.tuner.dll", TestTuner.First);
        Only();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 100; i++)
            Assert.Empty(_watcher.Look());
        Assert.InRange(watch.Elapsed.TotalMilliseconds, 0, 2000);
        TestContext.Current.TestOutputHelper?.WriteLine($"{watch.Elapsed.TotalMilliseconds / 100:F2} ms a look");
    }
}
