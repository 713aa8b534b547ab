using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tests.Tuning;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tests.Namespaces;

/// <summary>How many namespaces of whom the registry takes up.</summary>
public sealed class TenantNamespaceTests : IDisposable
{
    private static readonly NamespaceOwner One = NamespaceOwner.Tenant(1000, 5);
    private static readonly NamespaceOwner Other = NamespaceOwner.Tenant(0, 6);

    private readonly FakeNamespaces _fake = new();
    private readonly ManualTime _time = new();
    private readonly ListLogger _log = new();
    private readonly NamespaceRegistry _registry;

    public TenantNamespaceTests() => _registry = new NamespaceRegistry(_fake, _fake, _time, _log);

    public void Dispose()
    {
        _registry.Dispose();
        _fake.Dispose();
    }

    [Fact]
    public void Ten_thousand_of_one_tenant_leave_room_for_everybody_else()
    {
        var known = 0;
        for (uint i = 0; i < 10_000; i++)
            known += Resolve(100 + i, One) is null ? 0 : 1;
        Assert.Equal(TenantShares.Each, known);
        Assert.Equal("uid 1000", Resolve(100, One)!.Owner.Phrase);
        Assert.Contains("uid 1000", Assert.Single(_log.Of(LogLevel.Information)), StringComparison.Ordinal);

        Assert.True(Resolve(50_000, Other)!.IsTenant);
        for (uint i = 0; i < 2000; i++)
            Assert.False(Resolve(100_000 + i, NamespaceOwner.Machine)!.IsTenant);
    }

    [Fact]
    public void All_tenants_together_have_an_end()
    {
        var known = 0;
        for (uint user = 1; user < 2000; user++)
            known += Resolve(1000 + user, NamespaceOwner.Tenant(user, 1)) is null ? 0 : 1;
        Assert.Equal(TenantShares.All, known);
        Assert.NotNull(Resolve(900_000, NamespaceOwner.Machine));
    }

    [Fact]
    public void Those_that_have_ended_make_room()
    {
        for (uint i = 0; i < TenantShares.Each; i++)
            Assert.NotNull(Resolve(100 + i, One));
        Assert.Null(Resolve(5000, One));
        _fake.Alive.Remove("/proc/100/ns/net");
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.NotNull(Resolve(5000, One));
        Assert.Null(Resolve(5001, One));
    }

    [Fact]
    public void Without_cookies_another_owner_tells_that_a_number_was_used_again()
    {
        var theirs = Resolve(100, One, cookie: 0)!;
        _fake.Owners[100] = NamespaceOwner.Machine;
        _time.Advance(TimeSpan.FromMinutes(1));
        var own = _registry.Resolve(100, 0, 0, NamespaceOwner.Machine);
        Assert.True(theirs.IsTenant);
        Assert.False(own!.IsTenant);
    }

    [Fact]
    public void Tenants_are_noticed_even_where_their_namespaces_are_not_found()
    {
        Assert.False(_registry.HasTenants);
        Assert.Null(_registry.Resolve(77, 7, 0, NamespaceOwner.Unknown));
        Assert.False(_registry.HasTenants);
        Assert.Null(_registry.Resolve(77, 7, 0, One));
        Assert.True(_registry.HasTenants);
    }

    private NetworkNamespace? Resolve(uint inode, NamespaceOwner owner, ulong? cookie = null)
    {
        var id = new NamespaceId(inode, cookie ?? inode);
        _fake.Alive[$"/proc/{inode}/ns/net"] = id;
        _fake.Owners[inode] = owner;
        _fake.Own = _fake.Own with { Cookie = id.Cookie == 0 ? 0ul : 1 };
        return _registry.Resolve(inode, id.Cookie, inode, owner);
    }
}
