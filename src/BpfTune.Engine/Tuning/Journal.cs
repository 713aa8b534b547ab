using BpfTune.Engine.Namespaces;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// The append-only record of what was changed: each change is written down before it is made, so that it can be undone
/// after any end of the daemon. One writer at a time; called by one thread at a time.
/// </summary>
public sealed class Journal : IDisposable
{
    private const int FormatVersion = 2;

    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly JournalOptions _options;
    private readonly Func<string, StateDirectory> _directory;
    private readonly JournalCompaction _compaction;
    private readonly JournalRoom _room;
    private JournalFile? _file;
    private Action<JournalFile>? _begin;
    private string? _found;
    private bool _isRead;
    private bool _isBehind;
    private long _lastSeq;

    /// <summary>Reads what there is. A file that is absent is made when the first line is written.</summary>
    /// <param name="path">The file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">For troubles of the journal itself.</param>
    /// <param name="options">Bounds of its size.</param>
    /// <param name="bootId">This boot's id; null reads it from the kernel.</param>
    /// <exception cref="JournalException">/proc cannot be read.</exception>
    public Journal(string path, TimeProvider time, ILogger log, JournalOptions? options = null, string? bootId = null)
        : this(path, time, log, options, bootId, directory => new StateDirectory(directory))
    {
    }

    internal Journal(
        string path, TimeProvider time, ILogger log, JournalOptions? options, string? bootId, Func<string, StateDirectory> directory)
    {
        Path = System.IO.Path.GetFullPath(path);
        _time = time;
        _log = log;
        _options = options ?? new JournalOptions();
        _directory = directory;
        _compaction = new JournalCompaction(_options, log, Path, Fail);
        _room = new JournalRoom(time, log);
        Boot = bootId ?? BootId.Read();
        State = new JournalState(Boot);
        if (StateDirectory.IsThere(Path))
            TryPrepare(mayWrite: false);
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>This boot's id.</summary>
    public string Boot { get; }

    /// <summary>Why changes cannot be recorded now, and so are not made; null when all is well.</summary>
    public string? Problem { get; private set; }

    /// <summary>What the lines of this boot add up to.</summary>
    public JournalState State { get; private set; }

    /// <summary>What of the file is damaged, a sentence each, with what it costs.</summary>
    public IReadOnlyList<string> Damage => _found is null || State.Damage.Contains(_found) ? [.. State.Damage] : [.. State.Damage, _found];

    /// <summary>Whether a namespace that cannot be found has certainly ended; its first values go with it then, and not before.</summary>
    internal Func<NamespaceId, bool> HasEnded { get; init; } = NamespaceHandle.HasEnded;

    /// <summary>
    /// Does what waits for the disk on another thread, and then goes on on the caller's, with what went wrong. Without it
    /// the caller waits.
    /// </summary>
    internal Action<Action, Action<Exception?>>? Aside
    {
        init => _compaction.Aside = value;
    }

    /// <summary>Whether there is anything of that name, whatever it is.</summary>
    public static bool IsThere(string path) => StateDirectory.IsThere(path);

    /// <summary>The records of a journal file about changes, whoever writes it at the time; none when there is no file.</summary>
    /// <exception cref="JournalException">It cannot be read, or is not to be believed.</exception>
    public static IReadOnlyList<JournalRecord> ReadRecords(string path)
    {
        if (!StateDirectory.IsThere(path))
            return [];
        using var directory = new StateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        using var file = directory.Open(System.IO.Path.GetFileName(path), out _);
        if (file is null)
            return [];
        var bytes = new byte[RandomAccess.GetLength(file)];
        var length = RandomAccess.Read(file, bytes, 0);
        return [.. JournalContent.Read(bytes.AsSpan(0, length), "").Records.Where(r => r.Kind is not (JournalKind.Header or JournalKind.Managed))];
    }

    /// <summary>Opens the file now, to learn early whether it can be written. Says so once when it cannot.</summary>
    public bool TryPrepare() => TryPrepare(mayWrite: true);

    /// <summary>A tuner manages these: a rollback may put them back.</summary>
    public void Manage(IEnumerable<string> tunables)
    {
        string[] added = [.. tunables.Where(name => !State.IsManaged(name)).Distinct(StringComparer.Ordinal)];
        if (added.Length == 0)
            return;
        var record = new JournalRecord { Seq = 0, Time = _time.GetUtcNow(), Boot = Boot, Kind = JournalKind.Managed, Tunables = added };
        // Where there is no file yet, its first line will say it.
        if (_file is { Exists: true })
            Note(record);
        else
            State.Apply(record);
    }

    /// <summary>Writes down what is about to be done.</summary>
    /// <returns>The number to give to <see cref="Outcome"/>.</returns>
    /// <exception cref="JournalException">It could not be written down, so it must not be done.</exception>
    internal long Intent(string tuner, Proposal proposal, TunableValue old, TunableValue wanted)
    {
        var place = proposal.Namespace;
        var tunable = proposal.Tunable.Name;
        _room.Make(State, place, tunable, HasEnded, Ended);
        Manage([tunable]);
        var trail = State.Find(place.Id, tunable);
        var first = trail is { IsOriginalUnknown: false } && trail.IsOurs(old.Text) && trail.Original != old.Text ? trail.Original : null;
        var record = Next(JournalKind.Intent) with
        {
            Tuner = tuner,
            Tunable = tunable,
            Namespace = JournalNamespace.Of(place),
            Old = old.Text,
            First = first,
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
    internal void Outcome(long intent, TunableValue? after, string? failure)
    {
        var trail = State.PendingOf(intent);
        Note(Next(JournalKind.Outcome) with
        {
            Intent = intent,
            Tuner = trail?.Tuner,
            Tunable = trail?.Tunable,
            Namespace = trail?.Namespace,
            First = trail is { IsOriginalUnknown: false } ? trail.Original : null,
            Result = failure is null ? JournalResult.Applied : JournalResult.Failed,
            New = after?.Text,
            Evidence = failure,
        });
    }

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

    /// <summary>
    /// Nothing leads to a namespace any more. What is remembered of it is dropped if it has certainly ended; a mount
    /// elsewhere, a descriptor or a socket may hold it, and then its first values are needed still.
    /// </summary>
    /// <returns>Whether it is forgotten.</returns>
    public bool NamespaceGone(NetworkNamespace networkNamespace)
    {
        if (!State.Knows(networkNamespace.Id))
            return true;
        if (!HasEnded(networkNamespace.Id))
            return false;
        Ended(JournalNamespace.Of(networkNamespace));
        return true;
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
    public void Dispose()
    {
        try
        {
            _compaction.Abandon();
        }
        finally
        {
            _file?.Dispose();
        }
    }

    private void Ended(JournalNamespace place) => Note(Next(JournalKind.Gone) with { Namespace = place });

    private void Append(JournalRecord record)
    {
        var file = Prepare(mayWrite: true);
        if (!file.IsIntact())
        {
            _compaction.Abandon();
            // Somebody took the file away or cut it. What matters is still in memory.
            TuningLog.JournalReplaced(_log, Path);
            var last = file.LastLine;
            file.Dispose();
            _file = null;
            _isBehind = true;
            file = Prepare(mayWrite: true);
            file.LastLine = Math.Max(last, file.LastLine);
        }

        if (_isBehind)
        {
            Rewrite(file);
            _isBehind = false;
        }

        file.Append(record);
        if (_compaction.Appended(file, record))
            Compact(file);
    }

    private bool TryPrepare(bool mayWrite)
    {
        try
        {
            Prepare(mayWrite);
            return true;
        }
        catch (JournalException exception)
        {
            Fail(exception);
            return false;
        }
    }

    private JournalFile Prepare(bool mayWrite)
    {
        var file = _file;
        if (file is null)
        {
            file = JournalFile.Open(Path, _directory);
            try
            {
                Take(file);
            }
            catch (JournalException)
            {
                file.Dispose();
                throw;
            }

            _file = file;
        }

        if (mayWrite && _begin is { } begin)
        {
            begin(file);
            _begin = null;
        }

        return file;
    }

    private void Take(JournalFile file)
    {
        var content = file.Read(Boot);
        if (_isRead)
            return;

        // Numbers given before the file could be read are in memory only; those in the file come first.
        var fromFile = new JournalState(Boot);
        foreach (var (index, record) in content.Records.Index())
        {
            if (index == content.Sound)
                fromFile.IsSound = false;
            fromFile.Apply(record);
            _lastSeq = Math.Max(_lastSeq, record.Seq);
        }

        JournalRecord? loss = null;
        if (content.Damage is { } damage)
        {
            _found = $"the journal {Path} is damaged: {damage}";
            var isNew = !fromFile.Damage.Contains(_found);
            if (isNew && !content.IsEmpty)
                TuningLog.JournalDamaged(_log, _found);
            if (isNew && content.IsCostly)
                fromFile.Apply(loss = Next(JournalKind.Damage) with { Evidence = _found });
        }

        foreach (var record in State.Snapshot(_time.GetUtcNow()))
            fromFile.Apply(record);
        fromFile.TakeManaged(State);
        State = fromFile;
        _begin = content switch
        {
            { IsEmpty: true } => one =>
            {
                Rewrite(one);
                _found = null;
            },
            { Records.Count: 0 } or { IsOld: true } => Rewrite,
            _ when loss is not null => one => one.Append(loss),
            _ when content.Records[^1].Boot != Boot => one => one.Append(Header()),
            _ => null,
        };
        _isRead = true;
    }

    private JournalRecord Header() => new()
    {
        Seq = 0,
        Time = _time.GetUtcNow(),
        Boot = Boot,
        Kind = JournalKind.Header,
        Version = FormatVersion,
        Tunables = [.. State.Managed],
    };

    /// <summary>Writes the file anew: what this boot adds up to.</summary>
    private void Rewrite(JournalFile file)
    {
        _compaction.Abandon();
        file.Replace([Header(), .. State.Snapshot(_time.GetUtcNow())]);
    }

    private void Compact(JournalFile file)
    {
        try
        {
            var content = file.Read(Boot);
            if (content.Damage is not null)
            {
                // In memory is all that could be read, and all that was written since.
                _compaction.Begin(file, content.Records.Count, [Header(), .. State.Snapshot(_time.GetUtcNow())]);
                if (_found is null)
                    TuningLog.JournalRepaired(_log, Path);
            }
            else
            {
                var records = content.Records.Where(record => record.Kind is not (JournalKind.Header or JournalKind.Managed)).ToArray();
                var cut = Math.Max(0, records.Length - _options.RecentLines);
                var older = new JournalState(Boot);
                foreach (var record in records.Take(cut))
                    older.Apply(record);
                _compaction.Begin(file, content.Records.Count, [Header(), .. older.Snapshot(_time.GetUtcNow()), .. records.Skip(cut)]);
            }
        }
        catch (JournalException exception)
        {
            _compaction.Postpone(file, exception);
        }
    }

    private void Fail(JournalException exception)
    {
        if (Problem is null)
            TuningLog.JournalFails(_log, exception.Message);
        Problem = exception.Message;
    }
}
