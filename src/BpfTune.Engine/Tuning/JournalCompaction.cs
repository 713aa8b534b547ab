using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// Puts a shorter file in the journal's place now and then. The disk may take its time over that; what is written
/// meanwhile goes into both files.
/// </summary>
/// <param name="options">How large the journal may grow.</param>
/// <param name="log">Told of each.</param>
/// <param name="path">The journal.</param>
/// <param name="fail">Told when it could not be done.</param>
internal sealed class JournalCompaction(JournalOptions options, ILogger log, string path, Action<JournalException> fail)
{
    private readonly List<JournalRecord> _since = [];
    private JournalReplacement? _pending;
    private long _dueAt = options.MaximumBytes;

    /// <summary>
    /// Does what waits for the disk on another thread, and then goes on on the caller's, with what went wrong. Null where
    /// the caller has nothing else to do.
    /// </summary>
    internal Action<Action, Action<Exception?>>? Aside { get; set; }

    /// <summary>A line was appended.</summary>
    /// <returns>Whether it is time to begin.</returns>
    internal bool Appended(JournalFile file, JournalRecord record)
    {
        if (_pending is null)
            return file.Length > _dueAt;
        _since.Add(record);
        return false;
    }

    /// <summary>Puts other lines in the place of the file's.</summary>
    internal void Begin(JournalFile file, int lines, IEnumerable<JournalRecord> records)
    {
        Abandon();
        JournalReplacement replacement;
        try
        {
            replacement = _pending = file.Prepare(records);
        }
        catch (JournalException exception)
        {
            Postpone(file, exception);
            return;
        }

        Do(replacement.Sync, failure =>
        {
            // Another one may have been begun since, or none be wanted any more.
            if (_pending == replacement)
                End(file, replacement, lines, failure);
        });
    }

    /// <summary>What was begun is of no use any more: the file is another.</summary>
    internal void Abandon()
    {
        _pending?.Discard();
        _pending = null;
        _since.Clear();
    }

    /// <summary>The old file is whole and goes on; the next try comes when it has grown by as much again.</summary>
    internal void Postpone(JournalFile file, JournalException exception)
    {
        _dueAt = file.Length + options.MaximumBytes;
        fail(exception);
    }

    private void End(JournalFile file, JournalReplacement replacement, int lines, Exception? failure)
    {
        try
        {
            if (failure is not null)
                throw failure as JournalException ?? new JournalException($"the journal {path} cannot be rewritten: {failure.Message}", failure);
            replacement.Write(_since);
            file.Take(replacement);
        }
        catch (JournalException exception)
        {
            Abandon();
            Postpone(file, exception);
            return;
        }

        _pending = null;
        _since.Clear();
        _dueAt = Math.Max(options.MaximumBytes, file.Length * 2);
        TuningLog.JournalCompacted(log, path, lines, file.Length);
        Do(file.SyncDirectory, doubt =>
        {
            if (doubt is JournalException exception)
                fail(exception);
        });
    }

    private void Do(Action work, Action<Exception?> then)
    {
        if (Aside is not null)
        {
            Aside(work, then);
            return;
        }

        Exception? failure = null;
        try
        {
            work();
        }
        catch (JournalException exception)
        {
            failure = exception;
        }

        then(failure);
    }
}
