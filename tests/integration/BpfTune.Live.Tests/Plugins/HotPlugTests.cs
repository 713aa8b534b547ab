using BpfTune.Engine.Plugins;
using BpfTune.Sdk;

namespace BpfTune.Live.Tests.Plugins;

public sealed class HotPlugTests : IDisposable
{
    private readonly TunerTree _tree;

    public HotPlugTests()
    {
        Privilege.Require();
        _tree = new TunerTree();
        Assert.Empty(_tree.Watcher.Look());
    }

    public void Dispose() => _tree.Dispose();

    private TunerFileChange Only() => Assert.Single(_tree.Watcher.Process());

    private Tuner Load()
    {
        var change = Only();
        Assert.True(change.IsLoadable, change.Refusal?.ToString());
        Assert.True(TunerLoader.TryLoad(change.File, out var tuner, out var refusal), refusal?.ToString());
        return tuner;
    }

    [Theory]
    [InlineData("garbage", "0644", "root", "it is not a .NET assembly")]
    [InlineData("truncated", "0644", "root", "it is cut short: 1536 of")]
    [InlineData("sound", "0664", "root", "it is writable by its group (mode 0664)")]
    [InlineData("sound", "0646", "root", "it is writable by everybody (mode 0646)")]
    [InlineData("sound", "0644", "65534", "it is owned by user 65534, not by root")]
    [InlineData("empty", "0644", "root", "it is empty")]
    public void EachUnfitFileHasItsOwnReason(string content, string mode, string owner, string reason)
    {
        var sound = TunerTree.Build("First");
        _tree.Put(
            content switch { "garbage" => "no assembly at all"u8, "truncated" => sound.AsSpan(0, 1536), "empty" => [], _ => sound },
            mode,
            owner);
        var change = Only();
        Assert.Equal(TunerFileChangeKind.Refused, change.Kind);
        Assert.StartsWith($"{_tree.Sample} is refused: {reason}", change.Refusal!.ToString(), StringComparison.Ordinal);

        // And once it is right it is taken.
        _tree.Put(sound);
        Assert.Equal("first", Load().Summary);
    }

    [Fact]
    public void ASymbolicLinkIsRefused()
    {
        var elsewhere = _tree.Sample + ".elsewhere";
        File.WriteAllBytes(elsewhere, TunerTree.Build("First"));
        File.CreateSymbolicLink(_tree.Sample, elsewhere);
        Assert.Equal("it is a symbolic link; the file itself must lie in the directory", Only().Refusal?.Reason);
    }

    [Fact]
    public void ADirectoryOfAStrangersIsRefused()
    {
        _tree.Put(TunerTree.Build("First"));
        TunerTree.Run("chown", "65534", _tree.Tuners);
        var directory = Assert.Single(_tree.Catalog.Directories.Look());
        Assert.Equal((TunerDirectoryState.Refused, $"the directory {_tree.Tuners} is owned by user 65534, not by root"), (directory.State, directory.Detail));
        Assert.Empty(_tree.Watcher.Process());

        TunerTree.Run("chown", "root", _tree.Tuners);
        Assert.Equal("first", Load().Summary);
    }

    [Fact]
    public void TheNewerOneRuns()
    {
        _tree.Put(TunerTree.Build("First"));
        var first = Load();
        Assert.Equal("first", first.Summary);

        TunerTree.Run("cp", WriteAside(TunerTree.Build("Second")), _tree.Sample);
        var second = Load();
        Assert.Equal("second", second.Summary);
        Assert.Equal("first", first.Summary);

        File.Delete(_tree.Sample);
        Assert.Equal(TunerFileChangeKind.Removed, Only().Kind);
    }

    [Fact]
    public void WhatHappensToTheFileDoesNotReachTheRunningTuner()
    {
        _tree.Put(TunerTree.Build("First"));
        var tuner = Load();
        // A mapped file cut to nothing would end the process with SIGBUS at the next page that is touched.
        using (var file = File.OpenWrite(_tree.Sample))
            file.SetLength(0);
        tuner.Declare(new TunerDeclaration());
        Assert.Equal("sample", tuner.Name);
        Assert.Equal("it is empty", Only().Refusal?.Reason);
    }

    [Fact]
    public void AReplacementCostsNoMoreDescriptorsThanTheRuntimeKeeps()
    {
        // CoreCLR holds two for every assembly that it has mapped from a file, for good.
        const int KeptByRuntime = 2, Replacements = 20;
        _tree.Put(TunerTree.Build("First"));
        Load();
        var before = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        for (var i = 0; i < Replacements; i++)
        {
            _tree.Put(TunerTree.Build(i % 2 == 0 ? "Second" : "First"));
            Assert.Equal(i % 2 == 0 ? "second" : "first", Load().Summary);
        }

        Assert.InRange(Directory.GetFileSystemEntries("/proc/self/fd").Length - before, 0, KeptByRuntime * Replacements);
    }

    private string WriteAside(byte[] content)
    {
        var path = _tree.Sample + ".new";
        File.WriteAllBytes(path, content);
        return path;
    }
}
