using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// A file that is to take the journal's place: a reader, or a crash, sees the old one or the new one, and the new one is on
/// the disk before the old one goes. Its lines go on with the numbers.
/// </summary>
internal sealed class JournalReplacement
{
    private readonly StateDirectory _directory;
    private readonly string _path;
    private readonly string _name;
    private readonly SafeFileHandle _file;

    /// <exception cref="JournalException">It cannot be made.</exception>
    internal JournalReplacement(StateDirectory directory, string path, long lastLine)
    {
        _directory = directory;
        _path = path;
        _name = Path.GetFileName(path) + ".new";
        LastLine = lastLine;
        _file = Guarded(() => directory.New(_name));
    }

    internal long Length { get; private set; }

    internal long LastLine { get; private set; }

    /// <summary>Adds lines.</summary>
    /// <exception cref="JournalException">They cannot be written; it is discarded.</exception>
    internal void Write(IEnumerable<JournalRecord> records) => OrDiscard(() =>
    {
        foreach (var record in records)
        {
            var bytes = JournalText.Format(record, LastLine + 1);
            _directory.Write(_file, bytes, Length);
            Length += bytes.Length;
            LastLine++;
        }
    });

    /// <summary>Brings it to the disk, which may take as long as the disk likes; any thread may wait for that.</summary>
    /// <exception cref="JournalException">It cannot be brought there.</exception>
    internal void Sync() => Guarded(() =>
    {
        _directory.Sync(_file, _name);
        return true;
    });

    /// <summary>Takes the journal's place.</summary>
    /// <exception cref="JournalException">It cannot; it is discarded.</exception>
    internal SafeFileHandle Rename()
    {
        OrDiscard(() => _directory.Rename(_name, Path.GetFileName(_path)));
        return _file;
    }

    /// <summary>It is of no use any more.</summary>
    internal void Discard()
    {
        _file.Dispose();
        try
        {
            _directory.Remove(_name);
        }
        catch (JournalException)
        {
            // The next one begins by removing this file.
        }
    }

    private void OrDiscard(Action action)
    {
        try
        {
            Guarded(() =>
            {
                action();
                return true;
            });
        }
        catch (JournalException)
        {
            Discard();
            throw;
        }
    }

    private T Guarded<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JournalException or ObjectDisposedException)
        {
            throw new JournalException($"the journal {_path} cannot be rewritten: {exception.Message}", exception);
        }
    }
}
