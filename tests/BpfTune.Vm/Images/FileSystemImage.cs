using System.Globalization;
using BpfTune.Lab;

namespace BpfTune.Vm;

/// <summary>Makes ext4 images of directories, without mounting anything.</summary>
internal static class FileSystemImage
{
    private const long Block = 4096;

    /// <summary>Writes the image.</summary>
    /// <param name="directory">What becomes its root, with owners and modes.</param>
    /// <param name="image">The file.</param>
    /// <param name="room">Bytes to leave free in it.</param>
    internal static void Make(string directory, string image, long room)
    {
        // Inodes, directories and the file system's own tables take their share; the file is sparse.
        var (bytes, files) = Measure(directory);
        var size = bytes + (bytes / 8) + (files * 1024) + room + (8 << 20);
        Tool.Run(
            "mke2fs", "-q", "-F", "-t", "ext4", "-O", "^has_journal", "-m", "0", "-E", "root_owner=0:0",
            "-N", (files + 10_000).ToString(CultureInfo.InvariantCulture), "-d", directory, image,
            (size / 1024).ToString(CultureInfo.InvariantCulture) + "k").OrThrow();
    }

    private static (long Bytes, long Files) Measure(string directory)
    {
        long bytes = 0, files = 0;
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
        foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos("*", options))
        {
            files++;
            bytes += entry is FileInfo { LinkTarget: null } file ? (file.Length + Block - 1) / Block * Block : Block;
        }

        return (bytes, files);
    }
}
