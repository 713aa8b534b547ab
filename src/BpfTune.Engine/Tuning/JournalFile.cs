using static BpfTune.Engine.Interop.Namespaces;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// The journal's file, open for appending by one process at a time. What is appended is in the kernel's hands when the
/// call returns, so it survives the end of this process by any signal. It is not synced to the disk: what a crash of
/// the machine could lose is of no use after it, since sysctls start afresh too.
/// </summary>
internal sealed class JournalFile : IDisposable
{
    private const FileShare Shared = FileShare.ReadWrite | FileShare.Delete;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path;
    private readonly FileStream _lock;
    private FileStream _stream;
    private long _length;
    private bool _endsInLine;

    private JournalFile(string path, FileStream @lock, FileStream stream)
    {
        _path = path;
        _lock = @lock;
        _stream = stream;
        Take(stream);
    }

    /// <summary>Bytes in the file.</summary>
    internal long Length => _length;

    /// <summary>Opens the file, making it and its directory when they are not there, and keeps other writers out.</summary>
    /// <exception cref="JournalException">It cannot be opened.</exception>
    internal static JournalFile Open(string path)
    {
        FileStream? heldLock = null;
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } directory)
                Directory.CreateDirectory(directory);

            // The lock is a file of its own: the journal is replaced now and then, and the class library's readers
            // cannot open a file that is locked itself.
            heldLock = OpenFile(path + ".lock", FileMode.OpenOrCreate, FileShare.None);
            return new JournalFile(path, heldLock, OpenFile(path, FileMode.OpenOrCreate, Shared));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            heldLock?.Dispose();
            throw new JournalException($"the journal {path} cannot be opened: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// Whether the path still leads to this file, as long as we left it. An administrator may delete or truncate it;
    /// lines appended to a deleted file would be lost with the process.
    /// </summary>
    internal unsafe bool IsIntact()
    {
        StatxBuffer ours, there;
        return Statx(_stream.SafeFileHandle, "", AtEmptyPath, StatxIno, &ours) == 0
            && Statx(AtFdCwd, _path, 0, StatxIno, &there) == 0
            && ours.Inode == there.Inode && ours.DeviceMajor == there.DeviceMajor && ours.DeviceMinor == there.DeviceMinor
            && RandomAccess.GetLength(_stream.SafeFileHandle) == _length;
    }

    /// <summary>All that the file holds.</summary>
    /// <exception cref="JournalException">It cannot be read.</exception>
    internal byte[] ReadAll()
    {
        try
        {
            var content = new byte[_length];
            var length = 0;
            while (length < content.Length)
            {
                var read = RandomAccess.Read(_stream.SafeFileHandle, content.AsSpan(length), length);
                if (read == 0)
                    break;
                length += read;
            }

            return content[..length];
        }
        catch (IOException exception)
        {
            throw new JournalException($"the journal {_path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Appends one whole line or nothing.</summary>
    /// <exception cref="JournalException">The disk is full or the file cannot be written; it is as it was before.</exception>
    internal void Append(byte[] line)
    {
        byte[] bytes = _endsInLine ? line : [(byte)'\n', .. line];
        try
        {
            RandomAccess.Write(_stream.SafeFileHandle, bytes, _length);
            _length += bytes.Length;
            _endsInLine = true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            CutBack();
            throw new JournalException($"the journal {_path} cannot be written: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// Puts other content in the file's place in one step: a reader, or a crash, sees the old file or the new one.
    /// </summary>
    /// <exception cref="JournalException">The new file cannot be written; the old one stays.</exception>
    internal void Replace(IEnumerable<byte[]> lines)
    {
        var temporary = _path + ".new";
        FileStream? replacement = null;
        try
        {
            replacement = OpenFile(temporary, FileMode.Create, Shared);
            var length = 0L;
            foreach (var line in lines)
            {
                RandomAccess.Write(replacement.SafeFileHandle, line, length);
                length += line.Length;
            }

            File.Move(temporary, _path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (replacement is not null)
            {
                replacement.Dispose();
                File.Delete(temporary);
            }

            throw new JournalException($"the journal {_path} cannot be rewritten: {exception.Message}", exception);
        }

        _stream.Dispose();
        _stream = replacement;
        Take(replacement);
    }

    public void Dispose()
    {
        _stream.Dispose();
        _lock.Dispose();
    }

    private static FileStream OpenFile(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = share,
            BufferSize = 0,
        };

        // Always so here; the class library offers the property to platforms that lack it, too.
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }

    private void Take(FileStream stream)
    {
        _length = RandomAccess.GetLength(stream.SafeFileHandle);
        Span<byte> last = [(byte)'\n'];
        if (_length > 0)
            RandomAccess.Read(stream.SafeFileHandle, last, _length - 1);
        _endsInLine = last[0] == '\n';
    }

    private void CutBack()
    {
        try
        {
            RandomAccess.SetLength(_stream.SafeFileHandle, _length);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Part of a line stays behind. The next one starts on a line of its own, and a reader skips the torn one.
            _length = RandomAccess.GetLength(_stream.SafeFileHandle);
            _endsInLine = false;
        }
    }
}
