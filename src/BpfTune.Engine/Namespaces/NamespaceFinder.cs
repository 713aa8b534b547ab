using BpfTune.Sdk;

namespace BpfTune.Engine.Namespaces;

/// <summary>Finds namespaces by stat alone: first those with a name or a mount, then those of processes.</summary>
internal sealed class NamespaceFinder(TimeProvider time) : INamespaceFinder
{
    private readonly NamedNamespaces _named = new(NamespaceNames.NamedDirectory, NamespaceFile.InodeOf);
    private readonly MountedNamespaces _mounted = new();
    private readonly ProcessNamespaces _processes = new(time);

    public int WatchFd => _named.WatchFd;

    public TimeSpan Wait => _processes.Wait;

    public uint? InodeAt(string path) => NamespaceFile.InodeOf(path);

    public NamespaceLocation? Find(uint inode, uint processHint)
    {
        if (_named.PathOf(inode) is { } name)
            return new NamespaceLocation(name, NamespaceNames.OfMount(name));
        if (_mounted.PathOf(inode) is { } mount && NamespaceFile.InodeOf(mount) == inode)
            return new NamespaceLocation(mount, NamespaceNames.OfMount(mount));
        if (FindInProcess(inode, processHint) is { } hinted)
            return hinted;
        return _processes.PathOf(inode) is { } known
            ? new NamespaceLocation(known, NamespaceNames.OfInode(inode))
            : null;
    }

    public NamespaceLocation? FindHeld(NamespaceId id) => NamespaceHandle.Exists(id)
        ? new NamespaceLocation(NamespaceHandle.PathOf(id), NamespaceNames.OfInode(id.Inode))
        : null;

    public NamespaceLocation? FindInProcess(uint inode, uint process) =>
        process != 0 && NamespaceFile.InodeOfProcess(process) == inode
            ? new NamespaceLocation(ProcessNamespaces.PathOfProcess(process), NamespaceNames.OfInode(inode))
            : null;

    public bool TryRefresh() => _processes.TryRefresh();

    public void Refresh() => _processes.Refresh();

    public bool ProcessWatch(ICollection<string> deleted) => _named.Update(deleted);

    public void Dispose()
    {
        _named.Dispose();
        _mounted.Dispose();
    }
}
