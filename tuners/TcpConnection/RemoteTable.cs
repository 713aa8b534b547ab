using System.Diagnostics.CodeAnalysis;
using BpfTune.Sdk;

namespace BpfTune.Tuners.TcpConnection;

/// <summary>The remotes known, at most <see cref="Capacity"/>: those heard of least recently make room.</summary>
internal sealed class RemoteTable(Action<Remote> onRemoved)
{
    /// <summary>As many as bpftune_conn_choice holds.</summary>
    public const int Capacity = 1024;

    private readonly Dictionary<RemoteKey, Remote> _remotes = [];
    private long _uses;

    /// <summary>All of them, in no order.</summary>
    public IReadOnlyCollection<Remote> Values => _remotes.Values;

    /// <summary>The remote of that key, made on first use.</summary>
    public Remote Get(RemoteKey key, NetworkNamespace networkNamespace)
    {
        if (!TryGet(key, networkNamespace, out var remote))
        {
            if (_remotes.Count == Capacity)
                Shrink();
            _remotes.Add(key, remote = new Remote(key, networkNamespace));
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

    /// <summary>An eighth at a time, so that the search for the oldest is rare.</summary>
    private void Shrink()
    {
        foreach (var remote in _remotes.Values.OrderBy(r => r.LastUse).Take(Capacity / 8).ToArray())
            Remove(remote);
    }

    private void Remove(Remote remote)
    {
        _remotes.Remove(remote.Key);
        onRemoved(remote);
    }
}
