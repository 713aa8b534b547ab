using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Engine.Plugins;

/// <summary>
/// Which file is to serve for each tuner: the first directory that offers a sound one wins. Each look yields what has
/// changed since the last.
/// </summary>
/// <param name="directories">Where to look.</param>
/// <param name="log">Told once of each directory that is refused (a warning), absent or there twice (at debug).</param>
public sealed class TunerCatalog(TunerDirectories directories, ILogger? log = null)
{
    private readonly ILogger _log = log ?? NullLogger.Instance;
    private readonly Dictionary<string, TunerDirectory> _reported = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Path, FileIdentity Identity)> _winners = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileIdentity> _refused = new(StringComparer.Ordinal);

    /// <summary>The directories that it looks in.</summary>
    public TunerDirectories Directories { get; } = directories;

    /// <summary>Looks at everything.</summary>
    public IReadOnlyList<TunerFileChange> Look()
    {
        var walks = Directories.Walk();
        try
        {
            return Look(walks, null);
        }
        finally
        {
            TunerDirectories.Release(walks);
        }
    }

    /// <summary>Looks at some tuners, or at all when <paramref name="names"/> is null.</summary>
    /// <param name="walks">The directories.</param>
    /// <param name="names">The tuners.</param>
    /// <param name="left">Files that do not count, though something may be there: it is not complete.</param>
    internal IReadOnlyList<TunerFileChange> Look(
        ImmutableArray<DirectoryWalk> walks, IReadOnlySet<string>? names, IReadOnlySet<string>? left = null)
    {
        Report(TunerDirectories.States(walks));
        var changes = new List<TunerFileChange>();
        var refused = Select(walks, TunerDirectoryState.Refused).Select(w => w.Path).ToHashSet(StringComparer.Ordinal);
        var usable = Select(walks, TunerDirectoryState.Present);
        foreach (var name in names ?? AllNames(usable))
        {
            // A directory that others can write to offers nothing new, but what was taken from it before was sound.
            if (_winners.TryGetValue(name, out var winner) && refused.Contains(Path.GetDirectoryName(winner.Path)!))
                continue;
            Look(usable, name, left, changes);
        }

        return changes;
    }

    /// <summary>Those of some new names that no writer will close, so that now is the time to look at them.</summary>
    internal static IEnumerable<string> CompleteAtOnce(ImmutableArray<DirectoryWalk> walks, IEnumerable<string> names)
    {
        var usable = Select(walks, TunerDirectoryState.Present);
        return names.Where(name => usable.Exists(w => TunerFileCheck.IsCompleteAtOnce(w.Deepest!, name + TunerName.Suffix)));
    }

    /// <summary>Whether a file of this tuner was refused in the state in which it was last seen.</summary>
    internal bool HasRefused(string name) =>
        Directories.Paths.Any(path => _refused.ContainsKey(Path.Combine(path, name + TunerName.Suffix)));

    private void Look(List<DirectoryWalk> usable, string name, IReadOnlySet<string>? left, List<TunerFileChange> changes)
    {
        var fileName = name + TunerName.Suffix;
        var had = _winners.TryGetValue(name, out var winner);
        foreach (var walk in usable)
        {
            var path = Path.Combine(walk.Path, fileName);
            if (left?.Contains(path) == true || TunerFileCheck.Peek(walk.Deepest!, fileName) is not { } now)
            {
                _refused.Remove(path);
                continue;
            }

            var isWinner = had && winner.Path == path;
            if (isWinner && winner.Identity == now)
                return;
            if (!_refused.TryGetValue(path, out var refused) || refused != now)
            {
                var result = TunerFileCheck.Read(walk.Deepest!, walk.Path, fileName, Directories.Trust);
                if (result.File is { } file)
                {
                    _refused.Remove(path);
                    _winners[name] = (path, file.Identity);
                    changes.Add(TunerFileChange.Loadable(replaces: had, file));
                    return;
                }

                if (result.Refusal is { } refusal)
                {
                    _refused[path] = now;
                    changes.Add(TunerFileChange.NotUsed(name, refusal));
                }
            }

            // What runs was sound when it was read, and runs from a copy. It goes on until something better is offered.
            if (isWinner)
                return;
        }

        if (!had)
            return;
        _winners.Remove(name);
        changes.Add(TunerFileChange.Gone(name, winner.Path));
    }

    private void Report(IEnumerable<TunerDirectory> states)
    {
        foreach (var directory in states)
        {
            if (_reported.GetValueOrDefault(directory.Path) == directory)
                continue;
            _reported[directory.Path] = directory;
            if (directory is { State: TunerDirectoryState.Refused, Detail: { } reason })
                TunerLog.DirectoryRefused(_log, Loop.FaultText.OneLine(directory.Path), Loop.FaultText.OneLine(reason));
            else
                TunerLog.Directory(_log, directory.Path, directory.State, directory.Detail);
        }
    }

    private static List<DirectoryWalk> Select(ImmutableArray<DirectoryWalk> walks, TunerDirectoryState wanted)
    {
        var selected = new List<DirectoryWalk>(walks.Length);
        foreach (var (walk, directory) in walks.Zip(TunerDirectories.States(walks)))
        {
            if (directory.State == wanted)
                selected.Add(walk);
        }

        return selected;
    }

    private SortedSet<string> AllNames(List<DirectoryWalk> usable)
    {
        var names = new SortedSet<string>(_winners.Keys, StringComparer.Ordinal);
        foreach (var walk in usable)
        {
            // The descriptor's own entry in /proc: what is listed is the directory that was checked.
            var listed = $"/proc/self/fd/{walk.Deepest!.DangerousGetHandle()}";
            foreach (var path in Directory.EnumerateFileSystemEntries(listed))
            {
                if (TunerName.TryFromFile(Path.GetFileName(path), out var name))
                    names.Add(name);
            }
        }

        return names;
    }
}
