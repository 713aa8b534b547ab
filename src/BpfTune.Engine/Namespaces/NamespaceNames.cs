using System.Globalization;

namespace BpfTune.Engine.Namespaces;

/// <summary>What a namespace is called, such that the name leads back to it.</summary>
internal static class NamespaceNames
{
    internal const string Global = "global";
    internal const string NamedDirectory = "/run/netns";

    private const string InodePrefix = "inode ";

    /// <summary>The name of a namespace found at a mount: that of ip-netns(8) where it has one, else the path.</summary>
    internal static string OfMount(string path)
    {
        var name = Path.GetFileName(path);
        var named = Path.GetDirectoryName(path) == NamedDirectory;

        // Nothing keeps anybody from 'ip netns add global'; the whole path still tells it from ours.
        return named && name != Global && !name.StartsWith(InodePrefix, StringComparison.Ordinal) ? name : path;
    }

    /// <summary>The name of a namespace that only processes hold.</summary>
    internal static string OfInode(uint inode) => InodePrefix + inode.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads 'inode 4026532000', or the bare number.</summary>
    internal static bool TryInode(string name, out uint inode)
    {
        var digits = name.StartsWith(InodePrefix, StringComparison.Ordinal) ? name.AsSpan(InodePrefix.Length) : name;
        return uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out inode);
    }
}
