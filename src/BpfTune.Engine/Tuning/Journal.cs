using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// The append-only record of what was changed: each change is written down before it is made, so that it can be undone
/// after any end of the daemon. One writer at a time; called by one thread at a time.
/// </summary>
public sealed class Journal : IDisposable
{
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly JournalOptions _options;
    private JournalFile? _file;
    private bool _isRead;
    private bool _isBehind;
    private long _lastSeq;
    private long _rewriteAt;

    /// <summary>Reads what there is. A file that is absent is made when the first line is written.</summary>
    /// <param name="path">The file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">For troubles of the journal itself.</param>
    /// <param name="options">Bounds of its size.</param>
    /// <param name="bootId">This boot's id; null reads it from the kernel.</param>
    /// <exception cref="JournalException">/proc cannot be read.</exception>
    public Journal(string path, TimeProvider time, ILogger log, JournalOptions? options = null, string? bootId = null)
    {
        Path = path;
        _time = time;
        _log = log;
        _options = options ?? new JournalOptions();
        _rewriteAt = _options.MaximumBytes;
        Boot = bootId ?? BootId.Read();
        State = new JournalState(Boot);
        if (File.Exists(path))
            TryPrepare();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>This boot's id.</summary>
    public string Boot { get; }

    /// <summary>Why changes cannot be recorded now, and so are not made; null when all is well.</summary>
    public string? Problem { get; private set; }

    /// <summary>What the lines of this boot add up to.</summary>
    public JournalState State { get; private set; }

    /// <summary>The records of a journal file, whoever writes it at the time; none when there is no file.</summary>
    /// <exception cref="JournalException">It cannot be read.</exception>
    public static IReadOnlyList<JournalRecord> ReadRecords(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            stream.CopyTo(content);
            return JournalText.Parse(content.GetBuffer().AsSpan(0, (int)content.Length), out _);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"the journal {path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Opens the file now, to learn early whether it can be written. Says so once when it cannot.</summary>
    public bool TryPrepare()
    {
        try
        {
            Prepare();
            return true;
        }
        catch (JournalException exception)
        {
            Fail(exception);
            return false;
        }
    }

    /// <summary>Writes down what is about to be done.</summary>
    /// <returns>The number to give to <see cref="Outcome"/>.</returns>
    /// <exception cref="JournalException">It could not be written down, so it must not be done.</exception>
    internal long Intent(string tuner, Proposal proposal, TunableValue old, TunableValue wanted)
    {
        var record = Next(JournalKind.Intent) with
        {
            Tuner = tuner,
            Tunable = proposal.Tunable.Name,
            Namespace = JournalNamespace.Of(proposal.Namespace),
            Old = old.Text,
            New = wanted.Text,
            Scenario = proposal.Scenario,
            Evidence = proposal.Evidence,
        };
        try
        {
            Append(record);
        }
        catch (JournalException exception)
        {
            Fail(exception);
            throw;
        }

        State.Apply(record);
        if (Problem is not null)
        {
            Problem = null;
            TuningLog.JournalWorks(_log, Path);
        }

        return record.Seq;
    }

    /// <summary>
    /// Writes down what became of an intent. When that fails the intent stands as 'perhaps done', which rollback
    /// understands; the state in memory is exact all the same.
    /// </summary>
    internal void Outcome(long intent, TunableValue? after, string? failure) => Note(Next(JournalKind.Outcome) with
    {
        Intent = intent,
        Result = failure is null ? JournalResult.Applied : JournalResult.Failed,
        New = after?.Text,
        Evidence = failure,
    });

    /// <summary>Writes down anything that happened already; it counts even if the file cannot take it.</summary>
    internal void Note(JournalRecord record)
    {
        State.Apply(record);
        try
        {
            Append(record);
        }
        catch (JournalException exception)
        {
            _isBehind = true;
            Fail(exception);
        }
    }

    /// <summary>A namespace has ended: what is remembered of it is dropped.</summary>
    public void NamespaceGone(NetworkNamespace networkNamespace)
    {
        if (State.Knows(networkNamespace.Id))
            Note(Next(JournalKind.Gone) with { Namespace = JournalNamespace.Of(networkNamespace) });
    }

    /// <summary>A record with everything filled in that all have.</summary>
    internal JournalRecord Next(JournalKind kind) => new()
    {
        Seq = ++_lastSeq,
        Time = _time.GetUtcNow(),
        Boot = Boot,
        Kind = kind,
    };

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private void Append(JournalRecord record)
    {
        var file = Prepare();
        if (!file.IsIntact())
        {
            // Somebody took the file away or cut it. What matters is still in memory.
            TuningLog.JournalReplaced(_log, Path);
            file.Dispose();
            _file = null;
            _isBehind = true;
            file = Prepare();
        }

        if (_isBehind)
        {
            file.Replace(State.Snapshot(_time.GetUtcNow()).Select(JournalText.Format));
            _isBehind = false;
        }

        file.Append(JournalText.Format(record));
        if (file.Length > _rewriteAt)
            Compact(file);
    }

    private JournalFile Prepare()
    {
        if (_file is not null)
            return _file;
        var file = JournalFile.Open(Path);
        if (!_isRead)
        {
            List<JournalRecord> records;
            try
            {
                records = JournalText.Parse(file.ReadAll(), out var skipped);
                if (skipped > 0)
                    TuningLog.JournalTorn(_log, Path, skipped);
            }
            catch (JournalException)
            {
                file.Dispose();
                throw;
            }

            // Numbers given before the file could be read are in memory only; those in the file come first.
            var fromFile = new JournalState(Boot);
            foreach (var record in records)
            {
                fromFile.Apply(record);
                _lastSeq = Math.Max(_lastSeq, record.Seq);
            }

            foreach (var record in State.Snapshot(_time.GetUtcNow()))
                fromFile.Apply(record);
            State = fromFile;
            _isRead = true;
        }

        return _file = file;
    }

    private void Compact(JournalFile file)
    {
        try
        {
            var records = JournalText.Parse(file.ReadAll(), out _);
            var cut = Math.Max(0, records.Count - _options.RecentLines);
            var older = new JournalState(Boot);
            foreach (var record in records.Take(cut))
                older.Apply(record);
            file.Replace(older.Snapshot(_time.GetUtcNow()).Concat(records.Skip(cut)).Select(JournalText.Format));
            _rewriteAt = Math.Max(_options.MaximumBytes, file.Length * 2);
            TuningLog.JournalCompacted(_log, Path, records.Count, file.Length);
        }
        catch (JournalException exception)
        {
            // The old file is whole and goes on; the next try comes when it has grown by as much again.
            _rewriteAt = file.Length + _options.MaximumBytes;
            Fail(exception);
        }
    }

    private void Fail(JournalException exception)
    {
        if (Problem is null)
            TuningLog.JournalFails(_log, exception.Message);
        Problem = exception.Message;
    }
}
