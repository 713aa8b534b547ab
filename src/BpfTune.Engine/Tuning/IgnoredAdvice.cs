using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// Advice that is not wanted, in a file beside the journal: a JSON object on each line. The file and its directory are
/// believed only as the journal is.
/// </summary>
internal sealed class IgnoredAdvice
{
    /// <summary>The file's name.</summary>
    internal const string FileName = "ignored.jsonl";

    /// <summary>More than anybody says by hand.</summary>
    internal const int Most = 1024;

    /// <summary>Bytes. The most lines with the longest names take less.</summary>
    private const int Largest = 4 << 20;

    private readonly string _directory;
    private readonly Dictionary<string, AdviceSubject> _subjects = [];

    /// <summary>Reads what is there; what cannot be read or is not to be believed is a warning, and nothing is ignored.</summary>
    /// <param name="directory">The state directory.</param>
    /// <param name="log">For that warning.</param>
    internal IgnoredAdvice(string directory, ILogger log)
    {
        _directory = directory;
        try
        {
            Read();
        }
        catch (Exception exception) when (exception is JournalException or IOException or UnauthorizedAccessException)
        {
            TuningLog.IgnoredUnreadable(log, exception.Message);
        }
    }

    /// <summary>All of it, by id.</summary>
    internal IReadOnlyDictionary<string, AdviceSubject> Subjects => _subjects;

    /// <summary>Whether advice of an id is not wanted.</summary>
    internal bool Contains(string id) => _subjects.ContainsKey(id);

    /// <summary>Remembers more; all of it or, when it cannot be written, none.</summary>
    /// <exception cref="JournalException">It cannot be written, or there is no room.</exception>
    internal void Add(IEnumerable<AdviceSubject> subjects)
    {
        var all = new Dictionary<string, AdviceSubject>(_subjects);
        foreach (var subject in subjects)
            all[subject.Id()] = subject;
        if (all.Count > Most)
            throw new JournalException($"{Most} pieces of advice are ignored already, which is all that is remembered");
        try
        {
            Write(all.Values);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"{Path.Combine(_directory, FileName)} cannot be written: {exception.Message}", exception);
        }

        foreach (var (id, subject) in all)
            _subjects[id] = subject;
    }

    private void Read()
    {
        if (!StateDirectory.IsThere(Path.Combine(_directory, FileName)))
            return;
        using var directory = new StateDirectory(_directory);
        using var file = directory.Open(FileName, out _);
        if (file is null)
            return;
        foreach (var line in Text(file).Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(Most))
        {
            // Its id is not what a line says but what follows from it.
            if (Parse(line) is { } subject)
                _subjects[subject.Id()] = subject;
            else
                throw new JournalException($"{Path.Combine(_directory, FileName)} has a line that is not understood");
        }
    }

    private static string Text(SafeFileHandle file)
    {
        var bytes = new byte[(int)Math.Min(RandomAccess.GetLength(file), Largest)];
        var length = 0;
        while (length < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(length), length) is > 0 and var read)
            length += read;
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static AdviceSubject? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, AdviceJson.Default.AdviceSubject) is
                { Tuner: not null, Tunable: not null, Member: not null, Namespace: not null, Scenario: not null } subject ? subject : null;
        }
        catch (JsonException)
        {
            // The caller says so.
            return null;
        }
    }

    private void Write(IEnumerable<AdviceSubject> subjects)
    {
        const string temporary = FileName + ".new";
        using var directory = new StateDirectory(_directory);
        using var file = directory.New(temporary);
        var text = string.Concat(subjects.Select(subject => JsonSerializer.Serialize(subject, AdviceJson.Default.AdviceSubject) + "\n"));
        directory.Write(file, Encoding.UTF8.GetBytes(text), 0);
        directory.Sync(file, temporary);
        directory.Rename(temporary, FileName);
        directory.Sync();
    }
}
