namespace BpfTune.Engine.Namespaces;

/// <summary>Finds the file of a namespace; the registry's tests put a table in its place.</summary>
internal interface INamespaceFinder : IDisposable
{
    /// <summary>Readable when <see cref="ProcessWatch"/> has something to do; -1 when names cannot be watched.</summary>
    int WatchFd { get; }

    /// <summary>How long until a search that came out incomplete is worth repeating.</summary>
    TimeSpan Wait { get; }

    /// <summary>The inode of the namespace at a path; null when there is none.</summary>
    uint? InodeAt(string path);

    /// <summary>
    /// Looks for a namespace by its names and mounts, in one process, and in all processes.
    /// </summary>
    /// <param name="inode">Its inode number.</param>
    /// <param name="processHint">A process that may be in it; 0 for none.</param>
    /// <param name="complete">False when nothing was found but the budget cut the search short.</param>
    NamespaceLocation? Find(uint inode, uint processHint, out bool complete);

    /// <summary>Looks in one process only, which costs next to nothing.</summary>
    NamespaceLocation? FindInProcess(uint inode, uint process);

    /// <summary>Looks everywhere now, whatever it costs, so that the next searches are complete.</summary>
    void Refresh();

    /// <summary>Takes note of names made and deleted.</summary>
    /// <param name="deleted">Receives the paths of names that are no more.</param>
    /// <returns>Whether names were added.</returns>
    bool ProcessWatch(ICollection<string> deleted);
}
