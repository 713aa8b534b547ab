namespace BpfTune.Engine.Namespaces;

/// <summary>
/// The names of ip-netns(8), by inode. Each name costs one stat when it is new and one when it is used; the directory
/// is read as a whole only at first, or when its watch has missed something.
/// </summary>
/// <param name="directory">/run/netns.</param>
/// <param name="inodeAt">The inode of the namespace at a path; null when there is none.</param>
internal sealed class NamedNamespaces(string directory, Func<string, uint?> inodeAt) : IDisposable
{
    private readonly DirectoryWatch _watch = new(directory);
    private readonly Dictionary<uint, string> _nameOfInode = [];
    private readonly Dictionary<string, uint> _inodeOfName = [];

    // 'ip netns add' makes the name first and binds the namespace to it a moment later, which no inotify event tells.
    private readonly HashSet<string> _unbound = [];
    private readonly List<string> _bound = [];
    private bool _isRead;

    internal int WatchFd => _watch.Fd;

    /// <summary>The path of a namespace's name; null when it has none.</summary>
    internal string? PathOf(uint inode)
    {
        // What waits in the descriptor is newer than the table, whichever the event loop turns to first.
        Update(null);
        BindNewNames();
        if (!_nameOfInode.TryGetValue(inode, out var name))
            return null;
        var path = Path.Join(directory, name);
        if (inodeAt(path) == inode)
            return path;

        // Unbound, or bound to another namespace, under the same name.
        Remove(name);
        _unbound.Add(name);
        return null;
    }

    /// <summary>Takes note of names made and deleted.</summary>
    /// <param name="deleted">Receives the paths of names that are no more; null when nobody asks.</param>
    /// <returns>Whether names were added.</returns>
    internal bool Update(ICollection<string>? deleted)
    {
        var added = false;
        var missed = _watch.Drain(
            name =>
            {
                Remove(name);
                added |= _unbound.Add(name);
            },
            name =>
            {
                Remove(name);
                _unbound.Remove(name);
                deleted?.Add(Path.Join(directory, name));
            });
        if (_isRead && !missed && _watch.IsAttached)
            return added;
        ReadDirectory(deleted);
        return true;
    }

    public void Dispose() => _watch.Dispose();

    private void BindNewNames()
    {
        if (_unbound.Count == 0)
            return;
        foreach (var name in _unbound)
        {
            if (inodeAt(Path.Join(directory, name)) is not { } inode)
                continue;
            _inodeOfName[name] = inode;
            _nameOfInode.TryAdd(inode, name);
            _bound.Add(name);
        }

        foreach (var name in _bound)
            _unbound.Remove(name);
        _bound.Clear();
    }

    private void Remove(string name)
    {
        if (_inodeOfName.Remove(name, out var inode) && _nameOfInode.GetValueOrDefault(inode) == name)
            _nameOfInode.Remove(inode);
    }

    private void ReadDirectory(ICollection<string>? deleted)
    {
        var before = deleted is null ? null : _inodeOfName.Keys.ToArray();
        _nameOfInode.Clear();
        _inodeOfName.Clear();
        _unbound.Clear();
        _isRead = true;
        try
        {
            foreach (var path in Directory.EnumerateFiles(directory))
                _unbound.Add(Path.GetFileName(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Most machines have no named namespaces and so no such directory: that is normal.
            _unbound.Clear();
        }

        foreach (var name in before ?? [])
        {
            if (!_unbound.Contains(name))
                deleted!.Add(Path.Join(directory, name));
        }
    }
}
