using BpfTune.Engine.Namespaces;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Namespaces;

/// <summary>Namespaces in a table: what each path leads to, what searching finds, what was asked.</summary>
internal sealed class FakeNamespaces : INamespaceFinder, INamespaceEntry
{
    /// <summary>What is alive: path to identity.</summary>
    public Dictionary<string, NamespaceId> Alive { get; } = [];

    /// <summary>Whose they are, by inode; the machine's where nothing is said.</summary>
    public Dictionary<uint, NamespaceOwner> Owners { get; } = [];

    /// <summary>Names that vanish at the next <see cref="ProcessWatch"/>.</summary>
    public List<string> Deleted { get; } = [];

    public bool NamesAdded { get; set; }

    /// <summary>Whether it is too early to look at all processes, so that what only they know is not found.</summary>
    public bool IsCutShort { get; set; }

    /// <summary>Looks at all processes.</summary>
    public int Searches { get; private set; }

    public int Looks { get; private set; }

    public int Entries { get; private set; }

    public int WatchFd => 99;

    public TimeSpan Wait => TimeSpan.FromMilliseconds(10);

    public NamespaceId Own { get; set; } = new(1, 1);

    public uint? InodeAt(string path) => Alive.TryGetValue(path, out var id) ? id.Inode : null;

    public NamespaceLocation? Find(uint inode, uint processHint)
    {
        foreach (var (path, id) in Alive)
        {
            if (id.Inode == inode && !(IsCutShort && path.StartsWith("/proc", StringComparison.Ordinal)))
                return new NamespaceLocation(path, NamespaceNames.OfMount(path));
        }

        return null;
    }

    /// <summary>Those that no path leads to, and that the kernel finds by their cookie.</summary>
    public HashSet<NamespaceId> Held { get; } = [];

    public NamespaceLocation? FindHeld(NamespaceId id) => Held.Contains(id)
        ? new NamespaceLocation(NamespaceHandle.PathOf(id), NamespaceNames.OfInode(id.Inode))
        : null;

    public bool TryRefresh()
    {
        if (IsCutShort)
            return false;
        Searches++;
        return true;
    }

    public NamespaceLocation? FindInProcess(uint inode, uint process)
    {
        Looks++;
        var path = $"/proc/{process}/ns/net";
        return InodeAt(path) == inode ? new NamespaceLocation(path, NamespaceNames.OfInode(inode)) : null;
    }

    public void Refresh()
    {
        IsCutShort = false;
        Searches++;
    }

    public bool ProcessWatch(ICollection<string> deleted)
    {
        Deleted.ForEach(deleted.Add);
        Deleted.Clear();
        return NamesAdded;
    }

    public bool TryRun<T>(string path, NamespaceId id, Func<T> action, out T? result)
    {
        Entries++;
        result = default;
        if (!Alive.TryGetValue(path, out var there) || there.Inode != id.Inode || (id.Cookie != 0 && there.Cookie != id.Cookie))
            return false;
        result = action();
        return true;
    }

    public bool TryReadCookie(string path, uint inode, out ulong cookie)
    {
        Entries++;
        cookie = 0;
        if (!Alive.TryGetValue(path, out var there) || there.Inode != inode)
            return false;
        cookie = there.Cookie;
        return true;
    }

    public bool TryReadOwner(string path, uint inode, out NamespaceOwner owner)
    {
        owner = Owners.GetValueOrDefault(inode);
        return Alive.TryGetValue(path, out var there) && there.Inode == inode;
    }

    public void Dispose()
    {
    }
}
