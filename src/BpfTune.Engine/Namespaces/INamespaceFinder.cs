using BpfTune.Sdk;

namespace BpfTune.Engine.Namespaces;

/// <summary>Finds the file of a namespace; the registry's tests put a table in its place.</summary>
internal interface INamespaceFinder : IDisposable
{
    /// <summary>Readable when <see cref="ProcessWatch"/> has something to do; -1 when names cannot be watched.</summary>
    int WatchFd { get; }

    /// <summary>How long until <see cref="TryRefresh"/> will look at all processes again.</summary>
    TimeSpan Wait { get; }

    /// <summary>The inode of the namespace at a path; null when there is none.</summary>
    uint? InodeAt(string path);

    /// <summary>
    /// Looks for a namespace by its names and mounts, in one process, and where processes were found before.
    /// </summary>
    /// <param name="inode">Its inode number.</param>
    /// <param name="processHint">A process that may be in it; 0 for none.</param>
    NamespaceLocation? Find(uint inode, uint processHint);

    /// <summary>
    /// What leads to a namespace that has neither name nor process, and that a mount elsewhere, a descriptor or a socket
    /// holds; null when it has ended, or when this kernel cannot tell.
    /// </summary>
    NamespaceLocation? FindHeld(NamespaceId id);

    /// <summary>Looks in one process only, which costs next to nothing.</summary>
    NamespaceLocation? FindInProcess(uint inode, uint process);

    /// <summary>Looks at all processes, so that what <see cref="Find"/> does not find is not there. False when it is too early to do so again.</summary>
    bool TryRefresh();

    /// <summary>Looks at all processes now, whatever it costs.</summary>
    void Refresh();

    /// <summary>Takes note of names made and deleted.</summary>
    /// <param name="deleted">Receives the paths of names that are no more.</param>
    /// <returns>Whether names were added.</returns>
    bool ProcessWatch(ICollection<string> deleted);
}
