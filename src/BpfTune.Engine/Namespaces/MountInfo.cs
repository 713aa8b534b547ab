using System.Buffers.Text;
using System.Text;

namespace BpfTune.Engine.Namespaces;

/// <summary>Finds the network namespaces among the mounts of /proc/self/mountinfo (proc_pid_mountinfo(5)).</summary>
internal static class MountInfo
{
    private const int RootField = 3;
    private const int MountPointField = 4;

    /// <summary>
    /// Adds inode and mount point of every bind mount of a network namespace: its root field reads <c>net:[INODE]</c>.
    /// Of two mounts of one namespace the first counts.
    /// </summary>
    internal static void ReadNetworkNamespaces(ReadOnlySpan<byte> text, Dictionary<uint, string> mounts)
    {
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            ReadOnlySpan<byte> root = default, mountPoint = default;
            var field = 0;
            foreach (var word in line.Split((byte)' '))
            {
                if (field == RootField)
                    root = line[word];
                if (field++ == MountPointField)
                {
                    mountPoint = line[word];
                    break;
                }
            }

            if (root.StartsWith("net:["u8) && Utf8Parser.TryParse(root[5..], out uint inode, out _) && !mountPoint.IsEmpty)
                mounts.TryAdd(inode, Unescape(mountPoint));
        }
    }

    /// <summary>The kernel writes space, tab, newline and backslash of a path as three octal digits.</summary>
    internal static string Unescape(ReadOnlySpan<byte> path)
    {
        if (path.IndexOf((byte)'\\') < 0)
            return Encoding.UTF8.GetString(path);
        var plain = new byte[path.Length];
        var length = 0;
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == '\\' && i + 3 < path.Length && IsOctal(path[i + 1]) && IsOctal(path[i + 2]) && IsOctal(path[i + 3]))
            {
                plain[length++] = (byte)(((path[i + 1] - '0') << 6) | ((path[i + 2] - '0') << 3) | (path[i + 3] - '0'));
                i += 3;
            }
            else
            {
                plain[length++] = path[i];
            }
        }

        return Encoding.UTF8.GetString(plain, 0, length);
    }

    private static bool IsOctal(byte digit) => digit is >= (byte)'0' and <= (byte)'7';
}
