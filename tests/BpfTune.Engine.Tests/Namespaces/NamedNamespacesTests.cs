using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tests.Tuning;

namespace BpfTune.Engine.Tests.Namespaces;

/// <summary>Over plain files; a table says which of them stand for a namespace.</summary>
public sealed class NamedNamespacesTests : IDisposable
{
    private readonly TemporaryDirectory _root = new();
    private readonly Dictionary<string, uint> _bound = [];
    private NamedNamespaces? _named;
    private int _stats;

    private string Directory => _root["netns"];

    private NamedNamespaces Named => _named ??= new NamedNamespaces(Directory, path =>
    {
        _stats++;
        return _bound.TryGetValue(path, out var inode) && File.Exists(path) ? inode : null;
    });

    public void Dispose()
    {
        _named?.Dispose();
        _root.Dispose();
    }

    [Fact]
    public void NamesThatWereThereBefore()
    {
        Add("blue", 5);
        Add("red", 6);
        Assert.Equal(PathOf("red"), Named.PathOf(6));
        Assert.Equal(PathOf("blue"), Named.PathOf(5));
        Assert.Null(Named.PathOf(7));
    }

    [Fact]
    public void TheDirectoryMayComeLater()
    {
        Assert.Null(Named.PathOf(5));
        Add("blue", 5);
        Assert.Equal(PathOf("blue"), Named.PathOf(5));
    }

    [Fact]
    public void TheDirectoryMayGoAndComeAgain()
    {
        Add("blue", 5);
        Assert.NotNull(Named.PathOf(5));
        System.IO.Directory.Delete(Directory, recursive: true);
        var deleted = new List<string>();
        Named.Update(deleted);
        Assert.Equal([PathOf("blue")], deleted.Distinct());
        Add("red", 6);
        Assert.Null(Named.PathOf(5));
        Assert.Equal(PathOf("red"), Named.PathOf(6));
    }

    [Fact]
    public void TheNameComesFirstAndIsBoundLater()
    {
        System.IO.Directory.CreateDirectory(Directory);
        Assert.Null(Named.PathOf(5));
        File.WriteAllText(PathOf("blue"), "");
        Assert.True(Named.Update([]));
        Assert.Null(Named.PathOf(5));
        _bound[PathOf("blue")] = 5;
        Assert.Equal(PathOf("blue"), Named.PathOf(5));
    }

    [Fact]
    public void ADeletedNameIsReported()
    {
        Add("blue", 5);
        Assert.NotNull(Named.PathOf(5));
        var deleted = new List<string>();
        Assert.False(Named.Update(deleted));
        File.Delete(PathOf("blue"));
        Assert.False(Named.Update(deleted));
        Assert.Equal([PathOf("blue")], deleted);
        Assert.Null(Named.PathOf(5));
    }

    [Fact]
    public void TheSameNameForAnotherNamespace()
    {
        Add("blue", 5);
        Assert.NotNull(Named.PathOf(5));
        _bound[PathOf("blue")] = 9;
        Assert.Null(Named.PathOf(5));
        Assert.Equal(PathOf("blue"), Named.PathOf(9));
    }

    [Fact]
    public void AKnownNameCostsOneStatAndAnUnknownInodeNone()
    {
        for (uint i = 0; i < 100; i++)
            Add($"n{i}", 100 + i);
        Named.PathOf(100);
        _stats = 0;
        Assert.NotNull(Named.PathOf(150));
        Assert.Equal(1, _stats);
        Assert.Null(Named.PathOf(7));
        Assert.Equal(1, _stats);
        Add("another", 7);
        Assert.NotNull(Named.PathOf(7));
        Assert.Equal(3, _stats);
    }

    [Fact]
    public void AnOverflowOfTheWatchIsMadeGood()
    {
        Add("blue", 5);
        Assert.NotNull(Named.PathOf(5));

        // More than fs.inotify.max_queued_events, which is 16384 unless set otherwise.
        var limit = int.Parse(File.ReadAllText("/proc/sys/fs/inotify/max_queued_events"));
        Assert.SkipWhen(limit > 100_000, $"fs.inotify.max_queued_events is {limit}");
        for (var i = 0; i <= limit / 2; i++)
        {
            File.Move(PathOf("blue"), PathOf("green"));
            File.Move(PathOf("green"), PathOf("blue"));
        }

        File.Move(PathOf("blue"), PathOf("final"));
        _bound[PathOf("final")] = 5;
        Assert.Equal(PathOf("final"), Named.PathOf(5));
    }

    private string PathOf(string name) => Path.Combine(Directory, name);

    private void Add(string name, uint inode)
    {
        System.IO.Directory.CreateDirectory(Directory);
        _bound[PathOf(name)] = inode;
        File.WriteAllText(PathOf(name), "");
    }
}
