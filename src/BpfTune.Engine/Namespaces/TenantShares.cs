using BpfTune.Sdk;

namespace BpfTune.Engine.Namespaces;

/// <summary>
/// How much of a table is whose: each tenant has a share, all tenants together have one, and the machine's own namespaces
/// have theirs, so that no user pushes out another, and none ever the machine. By default it counts the namespaces that
/// the daemon has to do with, of which the machine may have as many as it likes.
/// </summary>
/// <param name="each">What one tenant may have.</param>
/// <param name="all">What all tenants may have together.</param>
/// <param name="machine">What the machine's own namespaces may have.</param>
internal sealed class TenantShares(int each = TenantShares.Each, int all = TenantShares.All, int machine = int.MaxValue)
{
    /// <summary>Namespaces of one owner: more than a user's containers, fewer than it takes to be a burden.</summary>
    internal const int Each = 256;

    /// <summary>Namespaces of all tenants. Whoever sizes a table by namespaces reckons with so many (bpf/tcp_conn.bpf.c).</summary>
    internal const int All = 1024;

    private readonly Dictionary<NamespaceOwner, int> _taken = [];
    private int _all;
    private int _machine;

    /// <summary>Whether one more of an owner's still fits.</summary>
    internal bool HasRoom(NamespaceOwner owner) => WhoseIsFull(owner) is null;

    /// <summary>
    /// Whose share is full, that nothing more of an owner's fits: its own, or that of all tenants, who are nobody known
    /// (<see cref="NamespaceOwner.Unknown"/>). Null when there is room.
    /// </summary>
    internal NamespaceOwner? WhoseIsFull(NamespaceOwner owner)
    {
        if (owner.IsMachine)
            return _machine < machine ? null : owner;
        if (_taken.GetValueOrDefault(owner) >= each)
            return owner;
        return _all < all ? null : NamespaceOwner.Unknown;
    }

    /// <summary>One more.</summary>
    internal void Take(NamespaceOwner owner)
    {
        if (owner.IsMachine)
        {
            _machine++;
            return;
        }

        _all++;
        _taken[owner] = _taken.GetValueOrDefault(owner) + 1;
    }

    /// <summary>Fewer.</summary>
    internal void Give(NamespaceOwner owner, int count = 1)
    {
        if (owner.IsMachine)
        {
            _machine -= count;
            return;
        }

        _all -= count;
        if ((_taken[owner] -= count) == 0)
            _taken.Remove(owner);
    }
}
