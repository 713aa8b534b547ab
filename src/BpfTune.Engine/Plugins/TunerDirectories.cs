using System.Collections.Immutable;

namespace BpfTune.Engine.Plugins;

/// <summary>The directories that tuners are taken from, in the order in which they win.</summary>
public sealed class TunerDirectories
{
    /// <summary>Where distributions and local builds put tuners, whatever this program was built for.</summary>
    public static ImmutableArray<string> Standard { get; } =
    [
        "/usr/lib/bpftune",
        "/usr/local/lib/bpftune",
        "/usr/lib64/bpftune",
        "/usr/local/lib64/bpftune",
    ];

    /// <summary>The standard directories and then further ones, such as <c>--libdir</c>'s.</summary>
    /// <param name="further">Paths; a relative one counts from the current directory. Null and empty ones are left out.</param>
    public TunerDirectories(params ReadOnlySpan<string?> further)
        : this(TunerTrust.Root, [.. Standard, .. WithoutEmpty(further)])
    {
    }

    internal TunerDirectories(TunerTrust trust, ImmutableArray<string> paths)
    {
        Trust = trust;
        Paths = [.. paths.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>All paths, made absolute.</summary>
    public ImmutableArray<string> Paths { get; }

    internal TunerTrust Trust { get; }

    /// <summary>Looks at all of them now.</summary>
    public ImmutableArray<TunerDirectory> Look()
    {
        var walks = Walk();
        try
        {
            return [.. States(walks)];
        }
        finally
        {
            Release(walks);
        }
    }

    internal ImmutableArray<DirectoryWalk> Walk() => [.. Paths.Select(path => DirectoryWalk.Open(path, Trust))];

    internal static void Release(ImmutableArray<DirectoryWalk> walks)
    {
        foreach (var walk in walks)
            walk.Dispose();
    }

    internal static IEnumerable<TunerDirectory> States(ImmutableArray<DirectoryWalk> walks)
    {
        var seen = new Dictionary<(ulong Device, ulong Inode), string>();
        foreach (var walk in walks)
        {
            if (walk.Missing is not null)
                yield return new TunerDirectory(walk.Path, TunerDirectoryState.Absent, null);
            else if (walk.Violation is { } violation)
                yield return new TunerDirectory(walk.Path, TunerDirectoryState.Refused, violation);
            else if (!seen.TryAdd((walk.Identity.Device, walk.Identity.Inode), walk.Path))
                yield return new TunerDirectory(walk.Path, TunerDirectoryState.Duplicate, seen[(walk.Identity.Device, walk.Identity.Inode)]);
            else
                yield return new TunerDirectory(walk.Path, TunerDirectoryState.Present, null);
        }
    }

    private static List<string> WithoutEmpty(ReadOnlySpan<string?> paths)
    {
        var kept = new List<string>(paths.Length);
        foreach (var path in paths)
        {
            if (!string.IsNullOrEmpty(path))
                kept.Add(path);
        }

        return kept;
    }
}
