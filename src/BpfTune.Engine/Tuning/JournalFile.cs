using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// The journal's file, open for appending by one process at a time. What is appended is in the kernel's hands when the
/// call returns, so it survives the end of this process by any signal. Lines are not synced to the disk: what a crash of
/// the machine could lose is of no use after it, since sysctls start afresh too. A file that takes another one's place is.
/// </summary>
internal sealed class JournalFile : IDisposable
{
    private readonly string _path;
    private readonly string _name;
    private readonly StateDirectory _directory;
    private readonly SafeFileHandle? _lock;
    private SafeFileHandle? _file;
    private bool _isWritable = true;
    private bool _endsInLine = true;

    private JournalFile(string path, StateDirectory directory)
    {
        _path = path;
        _directory = directory;
        _name = Path.GetFileName(path);
        try
        {
            // The lock is a file of its own: the journal is replaced now and then.
            _lock = directory.Lock(_name + ".lock");
            _file = directory.Open(_name, out _isWritable);
            if (_file is not null)
                Length = RandomAccess.GetLength(_file);
        }
        catch (Exception exception) when (exception is JournalException or IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw new JournalException($"the journal {path} cannot be opened: {exception.Message}", exception);
        }
    }

    /// <summary>Bytes in the file.</summary>
    internal long Length { get; private set; }

    /// <summary>Number of the last line; the first read of the content tells.</summary>
    internal long LastLine { get; set; }

    /// <summary>Whether there is a file at all; <see cref="Replace"/> makes one.</summary>
    internal bool Exists => _file is not null;

    /// <summary>Opens the directory, making it when it is not there, and the file if there is one; keeps other writers out.</summary>
    /// <exception cref="JournalException">It cannot be opened, or is not to be believed.</exception>
    internal static JournalFile Open(string path, Func<string, StateDirectory> directory)
    {
        try
        {
            return new JournalFile(path, directory(Path.GetDirectoryName(path)!));
        }
        catch (JournalException exception) when (!exception.Message.Contains(path, StringComparison.Ordinal))
        {
            throw new JournalException($"the journal {path} cannot be opened: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// Whether the path still leads to this file, as long as we left it. An administrator may delete or truncate it;
    /// lines appended to a deleted file would be lost with the process.
    /// </summary>
    internal bool IsIntact() => _file is null || (_directory.Holds(_file, _name) && RandomAccess.GetLength(_file) == Length);

    /// <summary>All that the file says.</summary>
    /// <exception cref="JournalException">It cannot be read.</exception>
    internal JournalContent Read(string boot)
    {
        if (_file is null)
            return JournalContent.None;
        try
        {
            var bytes = new byte[Length];
            var length = 0;
            while (length < bytes.Length)
            {
                var read = RandomAccess.Read(_file, bytes.AsSpan(length), length);
                if (read == 0)
                    break;
                length += read;
            }

            var content = JournalContent.Read(bytes.AsSpan(0, length), boot);
            LastLine = Math.Max(LastLine, content.LastLine);
            _endsInLine = length == 0 || bytes[length - 1] == '\n';
            return content;
        }
        catch (IOException exception)
        {
            throw new JournalException($"the journal {_path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Appends one whole line or nothing.</summary>
    /// <exception cref="JournalException">The disk is full or the file cannot be written; it is as it was before.</exception>
    internal void Append(JournalRecord record)
    {
        if (!_isWritable || _file is null)
            throw new JournalException($"the journal {_path} cannot be written: {ErrorPhrase.Of(Errno.EROFS)}");
        var line = JournalText.Format(record, LastLine + 1);
        byte[] bytes = _endsInLine ? line : [(byte)'\n', .. line];
        try
        {
            _directory.Write(_file, bytes, Length);
            Length += bytes.Length;
            LastLine++;
            _endsInLine = true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JournalException)
        {
            CutBack(_file);
            throw new JournalException($"the journal {_path} cannot be written: {exception.Message}", exception);
        }
    }

    /// <summary>Puts other content in the file's place in one step, and waits until that is on the disk.</summary>
    /// <exception cref="JournalException">The new file cannot be written; the old one stays.</exception>
    internal void Replace(IEnumerable<JournalRecord> records)
    {
        var replacement = Prepare(records);
        try
        {
            replacement.Sync();
        }
        catch (JournalException)
        {
            replacement.Discard();
            throw;
        }

        Take(replacement);
        SyncDirectory();
    }

    /// <summary>Writes what is to take the file's place.</summary>
    /// <exception cref="JournalException">It cannot be written.</exception>
    internal JournalReplacement Prepare(IEnumerable<JournalRecord> records)
    {
        var replacement = new JournalReplacement(_directory, _path, LastLine);
        replacement.Write(records);
        return replacement;
    }

    /// <summary>Lets it take the file's place.</summary>
    /// <exception cref="JournalException">It cannot; the old file stays.</exception>
    internal void Take(JournalReplacement replacement)
    {
        var file = replacement.Rename();
        _file?.Dispose();
        _file = file;
        (_isWritable, _endsInLine, Length, LastLine) = (true, true, replacement.Length, replacement.LastLine);
    }

    /// <summary>Waits until that it has taken its place is on the disk.</summary>
    /// <exception cref="JournalException">That is not known.</exception>
    internal void SyncDirectory()
    {
        try
        {
            _directory.Sync();
        }
        catch (Exception exception) when (exception is IOException or JournalException or ObjectDisposedException)
        {
            throw new JournalException($"the journal {_path} is rewritten, but whether that is on the disk is not known: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _lock?.Dispose();
        _directory.Dispose();
    }

    private void CutBack(SafeFileHandle file)
    {
        try
        {
            _directory.Cut(file, Length);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Part of a line stays behind. The next one starts on a line of its own, and a reader skips the torn one.
            Length = RandomAccess.GetLength(file);
            _endsInLine = false;
        }
    }
}
