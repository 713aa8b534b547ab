using System.Diagnostics.CodeAnalysis;
using BpfTune.Sdk;

namespace BpfTune.Tuners.TcpConnection;

/// <summary>
/// The remotes known. There is an end to those of the machine's own namespaces, one to those of all tenants and one to
/// those of each; what was heard of least recently makes room, of the same owner's: nobody's connections push out what
/// was learned from another's.
/// </summary>
internal sealed class RemoteTable(Action<Remote> onRemoved)
{
    /// <summary>Of the machine's own namespaces.</summary>
    public const int Own = 1024;

    /// <summary>Of all tenants together; bpftune_conn_choice holds these and <see cref="Own"/>.</summary>
    public const int AllTenants = 512;

    /// <summary>Of one tenant.</summary>
    public const int EachTenant = 64;

    private readonly Dictionary<RemoteKey, Remote> _remotes = [];
    private long _uses;
    private int _ofTenants;

    /// <summary>All of them, in no order.</summary>
    public IReadOnlyCollection<Remote> Values => _remotes.Values;

    /// <summary>The remote of that key, made on first use.</summary>
    public Remote Get(RemoteKey key, NetworkNamespace networkNamespace)
    {
        if (!TryGet(key, networkNamespace, out var remote))
        {
            MakeRoom(networkNamespace);
            _remotes.Add(key, remote = new Remote(key, networkNamespace));
            if (networkNamespace.IsTenant)
                _ofTenants++;
        }

        remote.LastUse = ++_uses;
        return remote;
    }

    /// <summary>Drops what belongs to a namespace.</summary>
    public void Forget(NamespaceId id)
    {
        foreach (var remote in _remotes.Values.Where(r => r.Namespace.Id == id).ToArray())
            Remove(remote);
    }

    /// <summary>An inode number is used again once its namespace is gone: what was known then is of no use now.</summary>
    private bool TryGet(RemoteKey key, NetworkNamespace networkNamespace, [NotNullWhen(true)] out Remote? remote)
    {
        if (!_remotes.TryGetValue(key, out remote))
            return false;
        if (remote.Namespace.Id == networkNamespace.Id)
            return true;
        Remove(remote);
        return false;
    }

    private void MakeRoom(NetworkNamespace networkNamespace)
    {
        if (!networkNamespace.IsTenant)
        {
            if (_remotes.Count - _ofTenants >= Own)
                Shrink(_remotes.Values.Where(r => !r.Namespace.IsTenant), Own / 8);
            return;
        }

        var theirs = _remotes.Values.Where(r => r.Namespace.IsTenant && r.Namespace.Owner == networkNamespace.Owner).ToArray();
        if (theirs.Length >= EachTenant)
            Shrink(theirs, EachTenant / 8);
        else if (_ofTenants >= AllTenants)
            Shrink(_remotes.Values.Where(r => r.Namespace.IsTenant).GroupBy(r => r.Namespace.Owner).MaxBy(g => g.Count())!, 1);
    }

    /// <summary>Some at a time, so that the search for the oldest is rare.</summary>
    private void Shrink(IEnumerable<Remote> among, int count)
    {
        foreach (var remote in among.OrderBy(r => r.LastUse).Take(count).ToArray())
            Remove(remote);
    }

    private void Remove(Remote remote)
    {
        _remotes.Remove(remote.Key);
        if (remote.Namespace.IsTenant)
            _ofTenants--;
        onRemoved(remote);
    }
}
