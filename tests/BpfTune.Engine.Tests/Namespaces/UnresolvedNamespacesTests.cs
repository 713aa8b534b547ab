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
            _unresolved.Add(Id, 0, NamespaceOwner.Machine);
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            Assert.True(_unresolved.IsResting(Id, 0, out _), $"{seconds} s");
            _time.Advance(TimeSpan.FromTicks(1));
            Assert.False(_unresolved.IsResting(Id, 0, out _), $"{seconds} s");
        }
    }

    [Fact]
    public void AnIncompleteSearchDoesNotCountAsOne()
    {
        _unresolved.AddIncomplete(Id, 0, NamespaceOwner.Machine, TimeSpan.FromMilliseconds(10));
        _time.Advance(TimeSpan.FromMilliseconds(10));
        Assert.False(_unresolved.IsResting(Id, 0, out _));
        _unresolved.Add(Id, 0, NamespaceOwner.Machine);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(_unresolved.IsResting(Id, 0, out _));
    }

    [Fact]
    public void AnotherProcessIsWorthALookOnce()
    {
        _unresolved.Add(Id, 10, NamespaceOwner.Machine);
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
            _unresolved.Add(new NamespaceId(i, i), 0, NamespaceOwner.Machine);
        Assert.InRange(_unresolved.Count, 1, UnresolvedNamespaces.Capacity);
    }

    [Fact]
    public void Ten_thousand_of_one_tenant_cost_nobody_else_what_was_found_out()
    {
        var (one, other) = (NamespaceOwner.Tenant(1000, 5), NamespaceOwner.Tenant(1001, 6));
        var (machines, others) = (new NamespaceId(1, 1), new NamespaceId(2, 2));
        _unresolved.Add(machines, 0, NamespaceOwner.Machine);
        _unresolved.Add(others, 0, other);
        for (uint i = 10; i < 10_010; i++)
            _unresolved.Add(new NamespaceId(i, i), 0, one);
        Assert.Equal(UnresolvedNamespaces.EachTenants + 2, _unresolved.Count);
        Assert.True(_unresolved.IsResting(machines, 0, out _));
        Assert.True(_unresolved.IsResting(others, 0, out _));

        // What does not fit is not looked for, until there is room again.
        var late = new NamespaceId(20_000, 20_000);
        Assert.False(_unresolved.HasRoom(late, one));
        Assert.True(_unresolved.HasRoom(late, other));
        Assert.True(_unresolved.HasRoom(late, NamespaceOwner.Machine));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_unresolved.HasRoom(late, one));
    }

    [Fact]
    public void All_tenants_together_are_bounded_too()
    {
        for (uint user = 1; user <= 2 * UnresolvedNamespaces.Tenants; user++)
            _unresolved.Add(new NamespaceId(user, user), 0, NamespaceOwner.Tenant(user, 1));
        Assert.Equal(UnresolvedNamespaces.Tenants, _unresolved.Count);
        Assert.True(_unresolved.HasRoom(new NamespaceId(9_999, 9_999), NamespaceOwner.Machine));
    }

    [Fact]
    public void FoundOrClearedIsForgotten()
    {
        _unresolved.Add(Id, 0, NamespaceOwner.Machine);
        _unresolved.Remove(Id);
        Assert.False(_unresolved.IsResting(Id, 0, out _));
        _unresolved.Add(Id, 0, NamespaceOwner.Machine);
        _unresolved.Clear();
        Assert.False(_unresolved.IsResting(Id, 0, out _));
    }
}
