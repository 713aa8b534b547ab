using BpfTune.Sdk;

namespace BpfTune.Engine.Namespaces;

/// <summary>
/// How many namespaces of tenants the daemon has to do with: each owner has a share, and all tenants together have one,
/// so that no user's namespaces push out another's, and none ever push out the machine's own, which are not counted.
/// </summary>
internal sealed class TenantShares
{
    /// <summary>Namespaces of one owner: more than a user's containers, fewer than it takes to be a burden.</summary>
    internal const int Each = 256;

    /// <summary>Namespaces of all tenants. Whoever sizes a table by namespaces reckons with so many (bpf/tcp_conn.bpf.c).</summary>
    internal const int All = 1024;

    private readonly Dictionary<NamespaceOwner, int> _taken = [];
    private int _all;

    /// <summary>Whether another namespace of an owner still fits.</summary>
    internal bool HasRoom(NamespaceOwner owner) =>
        owner.IsMachine || (_all < All && _taken.GetValueOrDefault(owner) < Each);

    /// <summary>One more.</summary>
    internal void Take(NamespaceOwner owner)
    {
        if (owner.IsMachine)
            return;
        _all++;
        _taken[owner] = _taken.GetValueOrDefault(owner) + 1;
    }

    /// <summary>One fewer.</summary>
    internal void Give(NamespaceOwner owner)
    {
        if (owner.IsMachine)
            return;
        _all--;
        if (--_taken[owner] == 0)
            _taken.Remove(owner);
    }
}
