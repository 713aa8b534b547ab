using BpfTune.Sdk;
using BpfTune.Tuners.TcpConnection;

namespace BpfTune.Tuners.Tests.TcpConnection;

public sealed class RemoteTableTests
{
    private static readonly NetworkNamespace Global = new(new NamespaceId(1, 1), "global", true);

    private readonly RemoteTable _table = new(_ => { });

    [Fact]
    public void A_tenants_remotes_push_out_nobody_elses()
    {
        for (uint i = 0; i < 100; i++)
            Get(Global, i);
        var other = Tenant(2000, 2);
        for (uint i = 0; i < 50; i++)
            Get(other, i);
        for (uint inode = 0; inode < 10_000; inode++)
            Get(Tenant(1000, 100 + inode), inode);
        Assert.Equal(100, _table.Values.Count(r => r.Namespace == Global));
        Assert.Equal(50, _table.Values.Count(r => r.Namespace == other));
        Assert.InRange(_table.Values.Count(r => r.Namespace.Owner == NamespaceOwner.Tenant(1000, 9)), 32, RemoteTable.EachTenant);
    }

    [Fact]
    public void However_many_tenants_there_are_the_machine_has_its_own()
    {
        for (uint user = 1; user < 2000; user++)
            Get(Tenant(user, user + 10), 1);
        Assert.Equal(RemoteTable.AllTenants, _table.Values.Count);
        for (uint i = 0; i < 2000; i++)
            Get(Global, i);
        Assert.Equal(RemoteTable.AllTenants, _table.Values.Count(r => r.Namespace.IsTenant));
        Assert.InRange(_table.Values.Count(r => !r.Namespace.IsTenant), RemoteTable.Own * 7 / 8, RemoteTable.Own);
    }

    private void Get(NetworkNamespace where, uint remote) => _table.Get(new RemoteKey(where.Id.Inode, 4, remote, 0), where);

    private static NetworkNamespace Tenant(uint user, uint inode) =>
        new(new NamespaceId(inode, inode), "x", false, NamespaceOwner.Tenant(user, 9));
}
