using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine.Plugins;

/// <summary>
/// Opens a directory component by component and looks at each on the way, through descriptors: nobody can exchange a
/// part of the path between the look and the use. Links are followed (/usr/lib64 is one on some distributions): a link
/// inside a directory that only root can write to is root's word. A directory above may be writable by its group if it
/// is sticky, as a Nix store is: then nobody but root can exchange what root owns in it; a link there has to be root's, too.
/// </summary>
internal sealed class DirectoryWalk : IDisposable
{
    private const int MostLinks = 40; // what the kernel itself follows in one path (MAXSYMLINKS)

    /// <summary>What is wrong with the directory that was entered last unless something lies below it.</summary>
    private string? _sharedHere;

    private DirectoryWalk(string path) => Path = path;

    /// <summary>As it was asked for, made absolute.</summary>
    internal string Path { get; }

    /// <summary>The directory, or the deepest part of the path that exists.</summary>
    internal SafeFileHandle? Deepest { get; private set; }

    /// <summary>The first part that is missing; null when all of it is there.</summary>
    internal string? Missing { get; private set; }

    /// <summary>What is wrong with it or with a directory above it; null when nothing is.</summary>
    internal string? Violation { get; private set; }

    /// <summary>The directory that <see cref="Violation"/> is about.</summary>
    internal SafeFileHandle? Culprit { get; private set; }

    /// <summary>Which directory it is, whatever path led to it.</summary>
    internal FileIdentity Identity { get; private set; }

    /// <summary>Whether the directory exists, and files in it may be looked at.</summary>
    internal bool IsUsable => Missing is null && Violation is null && Deepest is not null;

    internal static DirectoryWalk Open(string path, TunerTrust trust)
    {
        var walk = new DirectoryWalk(System.IO.Path.GetFullPath(path));
        walk.Run(trust);
        return walk;
    }

    public void Dispose()
    {
        Deepest?.Dispose();
        Culprit?.Dispose();
    }

    private void Run(TunerTrust trust)
    {
        var todo = new Stack<string>();
        Push(todo, Path);
        var at = "/";
        var links = 0;
        if (!Enter(null, "/", at, trust))
            return;

        while (todo.TryPop(out var part))
        {
            var next = Next(at, part);
            if (Enter(Deepest, part, next, trust, out var errno))
            {
                at = next;
                continue;
            }

            switch (errno)
            {
                case LibBpf.Errno.ENOENT:
                    Missing = part;
                    return;
                case LibBpf.Errno.ELOOP or Interop.Files.NotADirectory when ReadLink(part, trust, next) is { } target:
                    if (++links > MostLinks)
                    {
                        Violation ??= $"the path has more than {MostLinks} symbolic links";
                        return;
                    }

                    Push(todo, target);
                    if (target.StartsWith('/'))
                    {
                        at = "/";
                        if (!Enter(null, "/", at, trust))
                            return;
                    }

                    break;
                default:
                    Violation ??= errno == Interop.Files.NotADirectory
                        ? $"{next} is not a directory"
                        : $"{next} cannot be opened: {LibBpf.Errno.Describe(errno)}";
                    return;
            }
        }

        if (_sharedHere is not null && Culprit is null)
            Blame(_sharedHere, Deepest!);

        // Searching a directory does not mean being able to list it.
        using var readable = Interop.Files.Open(Deepest, ".", Interop.Files.ReadOnly | Interop.Files.Directory, out var refused);
        if (readable is null)
            Violation ??= $"the directory {at} cannot be read: {LibBpf.Errno.Describe(refused)}";
    }

    private bool Enter(SafeFileHandle? from, string part, string full, TunerTrust trust)
    {
        if (Enter(from, part, full, trust, out var errno))
            return true;
        Violation ??= $"{full} cannot be opened: {LibBpf.Errno.Describe(errno)}";
        return false;
    }

    /// <summary>Steps into a directory, not through a link. A wrong owner or mode is noted, and does not stop the walk:
    /// a directory that does not exist is absent, whoever could make it.</summary>
    private bool Enter(SafeFileHandle? from, string part, string full, TunerTrust trust, out int errno)
    {
        var handle = Interop.Files.Open(
            from, part, Interop.Files.PathOnly | Interop.Files.Directory | Interop.Files.NoFollow, out errno);
        if (handle is null)
            return false;
        if (Interop.Files.statx(handle, "", Interop.Files.EmptyPath, Interop.Files.BasicStatistics, out var statistics) != 0)
        {
            errno = Marshal.GetLastPInvokeError();
            handle.Dispose();
            return false;
        }

        Identity = FileIdentity.Of(statistics);
        var wrong = IsAnchored(full, trust.Anchor)
            ? null
            : TunerRefusalText.Ownership($"the directory {full}", statistics.Owner, statistics.Mode, trust.Owner);
        // What everybody may write to is no place for programs of root's, sticky or not: /tmp is swept now and then.
        var isShared = statistics.Owner == trust.Owner
            && (statistics.Mode & (Interop.Files.Sticky | Interop.Files.WritableByOthers)) == Interop.Files.Sticky;
        _sharedHere = isShared ? wrong : null;
        if (wrong is not null && !isShared && Culprit is null)
            Blame(wrong, handle);

        Deepest?.Dispose();
        Deepest = handle;
        return true;
    }

    private void Blame(string wrong, SafeFileHandle directory)
    {
        Violation ??= wrong;
        Culprit = new SafeFileHandle(Interop.Files.fcntl(directory, Interop.Files.DuplicateCloseOnExec, 0), ownsHandle: true);
    }

    private static bool IsAnchored(string full, string? anchor) =>
        anchor is not null && (full == "/" || anchor == full || anchor.StartsWith(full + "/", StringComparison.Ordinal));

    private unsafe string? ReadLink(string part, TunerTrust trust, string full)
    {
        // Where others may make names, a link of theirs would be their word on what root loads.
        if (_sharedHere is not null
            && Interop.Files.statx(Deepest!, part, Interop.Files.SymbolicLinkNoFollow, Interop.Files.BasicStatistics, out var statistics) == 0
            && statistics.Owner != trust.Owner)
        {
            Violation ??= $"the link {full} is owned by user {statistics.Owner}, in a directory where others may make links";
        }

        const int LongestPath = 4096; // PATH_MAX
        var buffer = stackalloc byte[LongestPath];
        var length = Interop.Files.readlinkat(Deepest!, part, buffer, LongestPath);
        return length > 0 ? Encoding.UTF8.GetString(buffer, (int)length) : null;
    }

    private static string Next(string at, string part) => part switch
    {
        ".." => System.IO.Path.GetDirectoryName(at) ?? "/",
        _ => at == "/" ? "/" + part : $"{at}/{part}",
    };

    private static void Push(Stack<string> todo, string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = parts.Length - 1; i >= 0; i--)
        {
            if (parts[i] != ".")
                todo.Push(parts[i]);
        }
    }
}
