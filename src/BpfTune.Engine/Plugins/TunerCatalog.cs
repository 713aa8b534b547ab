using System.Collections.Immutable;

namespace BpfTune.Engine.Plugins;

/// <summary>
/// Which file is to serve for each tuner: the first directory that offers a sound one wins. Each look yields what has
/// changed since the last.
/// </summary>
public sealed class TunerCatalog(TunerDirectories directories)
{
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
    internal IReadOnlyList<TunerFileChange> Look(ImmutableArray<DirectoryWalk> walks, IReadOnlySet<string>? names)
    {
        var changes = new List<TunerFileChange>();
        var usable = Usable(walks);
        foreach (var name in names ?? AllNames(usable))
            Look(usable, name, changes);
        return changes;
    }

    /// <summary>Whether a file of this tuner was refused in the state in which it was last seen.</summary>
    internal bool HasRefused(string name) =>
        Directories.Paths.Any(path => _refused.ContainsKey(Path.Combine(path, name + TunerName.Suffix)));

    private void Look(List<DirectoryWalk> usable, string name, List<TunerFileChange> changes)
    {
        var fileName = name + TunerName.Suffix;
        var had = _winners.TryGetValue(name, out var winner);
        foreach (var walk in usable)
        {
            var path = Path.Combine(walk.Path, fileName);
            if (TunerFileCheck.Peek(walk.Deepest!, fileName) is not { } now)
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

    private static List<DirectoryWalk> Usable(ImmutableArray<DirectoryWalk> walks)
    {
        var usable = new List<DirectoryWalk>(walks.Length);
        foreach (var (walk, state) in walks.Zip(TunerDirectories.States(walks)))
        {
            if (state.State == TunerDirectoryState.Present)
                usable.Add(walk);
        }

        return usable;
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
