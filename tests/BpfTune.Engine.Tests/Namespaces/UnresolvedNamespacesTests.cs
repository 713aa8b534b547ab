using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tests.Tuning;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Namespaces;

public sealed class UnresolvedNamespacesTests
{
    private static readonly NamespaceId Id = new(5, 50);
    private readonly ManualTime _time = new();
    private readonly UnresolvedNamespaces _unresolved;

    public UnresolvedNamespacesTests() => _unresolved = new UnresolvedNamespaces(_time);

    [Fact]
    public void TheDelayDoublesUpToAMinute()
    {
        foreach (var seconds in (int[])[1, 2, 4, 8, 16, 32, 60, 60])
        {
            _unresolved.Add(Id, 0);
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            Assert.True(_unresolved.IsResting(Id, 0, out _), $"{seconds} s");
            _time.Advance(TimeSpan.FromTicks(1));
            Assert.False(_unresolved.IsResting(Id, 0, out _), $"{seconds} s");
        }
    }

    [Fact]
    public void AnIncompleteSearchDoesNotCountAsOne()
    {
        _unresolved.AddIncomplete(Id, 0, TimeSpan.FromMilliseconds(10));
        _time.Advance(TimeSpan.FromMilliseconds(10));
        Assert.False(_unresolved.IsResting(Id, 0, out _));
        _unresolved.Add(Id, 0);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(_unresolved.IsResting(Id, 0, out _));
    }

    [Fact]
    public void AnotherProcessIsWorthALookOnce()
    {
        _unresolved.Add(Id, 10);
        Assert.True(_unresolved.IsResting(Id, 10, out var isNew));
        Assert.False(isNew);
        Assert.True(_unresolved.IsResting(Id, 0, out isNew));
        Assert.False(isNew);
        Assert.True(_unresolved.IsResting(Id, 11, out isNew));
        Assert.True(isNew);
        Assert.True(_unresolved.IsResting(Id, 11, out isNew));
        Assert.False(isNew);
    }

    [Fact]
    public void ItIsBounded()
    {
        for (uint i = 0; i < 3 * UnresolvedNamespaces.Capacity; i++)
            _unresolved.Add(new NamespaceId(i, i), 0);
        Assert.InRange(_unresolved.Count, 1, UnresolvedNamespaces.Capacity);
    }

    [Fact]
    public void FoundOrClearedIsForgotten()
    {
        _unresolved.Add(Id, 0);
        _unresolved.Remove(Id);
        Assert.False(_unresolved.IsResting(Id, 0, out _));
        _unresolved.Add(Id, 0);
        _unresolved.Clear();
        Assert.False(_unresolved.IsResting(Id, 0, out _));
    }
}
