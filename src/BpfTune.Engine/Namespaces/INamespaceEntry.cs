using BpfTune.Sdk;

namespace BpfTune.Engine.Namespaces;

/// <summary>Goes into a namespace by its file.</summary>
internal interface INamespaceEntry : IDisposable
{
    /// <summary>The calling thread's own namespace.</summary>
    NamespaceId Own { get; }

    /// <summary>
    /// Opens the file, makes sure that it is still that namespace, and runs the function inside. False, without running
    /// it, when the file leads elsewhere or nowhere.
    /// </summary>
    bool TryRun<T>(string path, NamespaceId id, Func<T> action, out T? result);

    /// <summary>The cookie of the namespace with this inode that a file leads to. False when it leads elsewhere.</summary>
    bool TryReadCookie(string path, uint inode, out ulong cookie);

    /// <summary>Whose the namespace with this inode is that a file leads to. False when it leads elsewhere.</summary>
    bool TryReadOwner(string path, uint inode, out NamespaceOwner owner);
}
