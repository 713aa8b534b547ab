using System.Text;

namespace BpfTune.Skeletons;

/// <summary>Writes what is generated.</summary>
internal static class OutputFile
{
    /// <summary>Leaves a file that already says the same untouched, so that an incremental build sees nothing to do.</summary>
    /// <returns>Whether the file was written.</returns>
    /// <exception cref="SkeletonException">The file cannot be read or written.</exception>
    public static bool WriteIfChanged(string path, string text)
    {
        byte[] content = Encoding.UTF8.GetBytes(text);
        try
        {
            if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
                return false;
            string full = Path.GetFullPath(path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);

            // A build that is interrupted must not leave half a file with a fresh time stamp.
            string temporary = $"{full}.{Environment.ProcessId}.tmp";
            File.WriteAllBytes(temporary, content);
            File.Move(temporary, full, overwrite: true);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SkeletonException(ErrorCode.File, $"cannot write {path}: {exception.Message}");
        }
    }
}
