using BpfTune.Sdk;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine.Namespaces;

/// <summary>
/// Enters namespaces through <see cref="NamespaceThread"/>. A namespace's descriptor is held for one operation only: a
/// held one would keep a deleted namespace alive.
/// </summary>
internal sealed class NamespaceEntry : INamespaceEntry
{
    private readonly NamespaceThread _thread = new();

    public NamespaceId Own { get; } = new(
        NamespaceFile.InodeOf(NamespaceFile.OwnPath)
            ?? throw new NamespaceException($"{NamespaceFile.OwnPath} is not a network namespace"),
        NamespaceFile.ReadOwnCookie());

    public bool TryRun<T>(string path, NamespaceId id, Func<T> action, out T? result)
    {
        result = default;
        using var file = NamespaceFile.Open(path);
        if (file.IsInvalid || NamespaceFile.InodeOf(file) != id.Inode)
            return false;
        var (entered, value) = _thread.Run(file, path, () => IsStill(id) ? (true, action()) : (false, default(T)));
        result = value;
        return entered;
    }

    public bool TryReadCookie(string path, uint inode, out ulong cookie) =>
        TryRun(path, new NamespaceId(inode, 0), NamespaceFile.ReadOwnCookie, out cookie);

    public bool TryReadOwner(string path, uint inode, out NamespaceOwner owner)
    {
        owner = default;
        using var file = NamespaceFile.Open(path);
        if (file.IsInvalid || NamespaceFile.InodeOf(file) != inode)
            return false;
        owner = NamespaceOwnership.Of(file);
        return true;
    }

    public void Dispose() => _thread.Dispose();

    /// <summary>Inode numbers are used again, cookies never.</summary>
    private static bool IsStill(NamespaceId id) => id.Cookie == 0 || NamespaceFile.ReadOwnCookie() is var own && (own == 0 || own == id.Cookie);
}
