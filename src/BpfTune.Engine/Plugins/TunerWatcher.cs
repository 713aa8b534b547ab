using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine.Plugins;

/// <summary>
/// Watches the tuner directories through inotify: those that exist, and for one that does not the directory in which it
/// would appear. A tuner is taken once it is complete: when its writer closes it or it is renamed into place.
/// </summary>
public sealed class TunerWatcher : IDisposable
{
    /// <summary>
    /// What can make a directory appear, or usable. Not more: a directory that is only waited in may be a busy one.
    /// </summary>
    private const uint WaitMask = Interop.Inotify.Created | Interop.Inotify.MovedTo
        | Interop.Inotify.SelfDeleted | Interop.Inotify.SelfMoved | Interop.Inotify.OnlyDirectory;

    private const uint AccessMask = WaitMask | Interop.Inotify.AttributesChanged;

    private const uint TunerMask = AccessMask | Completed;

    private const uint Left = Interop.Inotify.MovedFrom | Interop.Inotify.Deleted;

    private const uint Completed = Interop.Inotify.ClosedAfterWriting | Interop.Inotify.MovedTo | Left;

    private const uint DirectoryIsGone = Interop.Inotify.SelfDeleted | Interop.Inotify.SelfMoved
        | Interop.Inotify.Unmounted | Interop.Inotify.Ignored;

    private readonly TunerCatalog _catalog;
    private readonly Dictionary<int, Watch> _watches = [];
    private readonly SafeFileHandle? _inotify;
    private readonly byte[] _buffer = new byte[16 * 1024];

    /// <summary>Nothing is watched before the first <see cref="Look()"/>.</summary>
    public TunerWatcher(TunerCatalog catalog)
    {
        _catalog = catalog;
        var fd = Interop.Inotify.inotify_init1(Interop.Inotify.NonBlocking | Interop.Inotify.CloseOnExec);
        if (fd >= 0)
            _inotify = new SafeFileHandle(fd, ownsHandle: true);
        else
            Problem = TunerWatcherText.Problem(null, Marshal.GetLastPInvokeError());
    }

    /// <summary>The descriptor to wait on; -1 when nothing can be watched.</summary>
    public int Fd => _inotify is null ? -1 : (int)_inotify.DangerousGetHandle();

    /// <summary>What is lost when not everything can be watched, in one sentence; null when nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Arms the watches, then looks at everything: at start, so that nothing between the two is missed.</summary>
    public IReadOnlyList<TunerFileChange> Look() => Look(null, [], []);

    /// <summary>
    /// Reads what has happened; call it when <see cref="Fd"/> is readable. Yields what to load and unload, in no
    /// particular order among tuners.
    /// </summary>
    public IReadOnlyList<TunerFileChange> Process()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var made = new HashSet<string>(StringComparer.Ordinal);
        var left = new HashSet<string>(StringComparer.Ordinal);
        var everything = false;
        while (Read() is > 0 and var length)
            everything |= Collect(_buffer.AsSpan(0, length), names, made, left);
        if (everything)
            return Look(null, [], []);
        return names.Count + made.Count > 0 ? Look(names, made, left) : [];
    }

    /// <inheritdoc/>
    public void Dispose() => _inotify?.Dispose();

    private IReadOnlyList<TunerFileChange> Look(HashSet<string>? names, HashSet<string> made, HashSet<string> left)
    {
        var walks = _catalog.Directories.Walk();
        try
        {
            if (names is null)
                Arm(walks);
            else
                names.UnionWith(TunerCatalog.CompleteAtOnce(walks, made));
            return _catalog.Look(walks, names, left);
        }
        finally
        {
            TunerDirectories.Release(walks);
        }
    }

    /// <summary>
    /// Notes which tuners to look at, and which files have left their place: one that is there again is being written, as
    /// pacman does it, and its close is still to come. True when the directories themselves have to be looked at again.
    /// </summary>
    private bool Collect(ReadOnlySpan<byte> events, HashSet<string> names, HashSet<string> made, HashSet<string> left)
    {
        var everything = false;
        while (events.Length >= Marshal.SizeOf<Interop.Inotify.Event>())
        {
            var e = MemoryMarshal.Read<Interop.Inotify.Event>(events);
            var raw = events.Slice(Marshal.SizeOf<Interop.Inotify.Event>(), (int)e.NameLength);
            events = events[(Marshal.SizeOf<Interop.Inotify.Event>() + (int)e.NameLength)..];

            if ((e.Mask & Interop.Inotify.QueueOverflow) != 0)
            {
                everything = true;
                continue;
            }

            if ((e.Mask & DirectoryIsGone) != 0)
            {
                // 'Ignored' also answers our own removal of a watch, which is no news.
                everything |= _watches.ContainsKey(e.Watch);
                if ((e.Mask & Interop.Inotify.Ignored) != 0)
                    _watches.Remove(e.Watch);
                continue;
            }

            if (!_watches.TryGetValue(e.Watch, out var watch))
                continue;
            var end = raw.IndexOf((byte)0);
            var name = Encoding.UTF8.GetString(end < 0 ? raw : raw[..end]);
            everything |= name.Length == 0 || watch.Expected.Contains(name);
            if (!watch.HoldsTuners || !TunerName.TryFromFile(name, out var tuner))
                continue;
            if (IsNews(e.Mask, tuner))
            {
                names.Add(tuner);
                var path = Path.Combine(watch.Path, name);
                _ = (e.Mask & Left) != 0 ? left.Add(path) : left.Remove(path);
            }
            else if ((e.Mask & Interop.Inotify.Created) != 0)
                made.Add(tuner);
        }

        return everything;
    }

    /// <summary>A change of owner or mode matters to a file that was refused: it may be right now.</summary>
    private bool IsNews(uint mask, string tuner) =>
        (mask & Completed) != 0 || ((mask & Interop.Inotify.AttributesChanged) != 0 && _catalog.HasRefused(tuner));

    private void Arm(ImmutableArray<DirectoryWalk> walks)
    {
        if (_inotify is null)
            return;
        var stale = new HashSet<int>(_watches.Keys);
        _watches.Clear();
        Problem = null;
        foreach (var walk in walks)
        {
            // An absent directory: the one it would appear in. A refused one: what would have to be put right.
            Add(walk, walk.Deepest, walk.IsUsable ? TunerMask : walk.Missing is null ? AccessMask : WaitMask, walk.Missing);
            if (walk.Culprit is not null)
                Add(walk, walk.Culprit, AccessMask, null);
        }

        stale.ExceptWith(_watches.Keys);
        foreach (var watch in stale)
            _ = Interop.Inotify.inotify_rm_watch(_inotify, watch); // Fails for one that is gone with its directory.
    }

    private void Add(DirectoryWalk walk, SafeFileHandle? directory, uint mask, string? expected)
    {
        if (directory is null)
            return;
        // A directory that matters for two reasons has one watch, whose mask must hold both.
        var id = Interop.Inotify.inotify_add_watch(
            _inotify!, $"/proc/self/fd/{directory.DangerousGetHandle()}", mask | Interop.Inotify.AddToMask);
        if (id < 0)
        {
            Problem = TunerWatcherText.Problem(walk.Path, Marshal.GetLastPInvokeError());
            return;
        }

        // A directory reached twice is known by the path that comes first, as everywhere.
        if (!_watches.TryGetValue(id, out var watch))
            _watches.Add(id, watch = new Watch(walk.Path));
        if (expected is not null)
            watch.Expected.Add(expected);
        watch.HoldsTuners |= walk.IsUsable && ReferenceEquals(directory, walk.Deepest);
    }

    private unsafe int Read()
    {
        if (_inotify is null)
            return 0;
        fixed (byte* buffer = _buffer)
        {
            while (true)
            {
                var n = Interop.Inotify.read(_inotify, buffer, (nuint)_buffer.Length);
                if (n >= 0)
                    return (int)n;
                var errno = Marshal.GetLastPInvokeError();
                if (errno == LibBpf.Errno.EINTR)
                    continue;
                return errno == LibBpf.Errno.EAGAIN ? 0 : throw new IOException($"The watch on the tuner directories failed: {LibBpf.Errno.Describe(errno)}.");
            }
        }
    }

    private sealed class Watch(string path)
    {
        /// <summary>The tuner directory that it was made for.</summary>
        internal string Path { get; } = path;

        /// <summary>Names of directories that would be news when they appear.</summary>
        internal HashSet<string> Expected { get; } = new(StringComparer.Ordinal);

        internal bool HoldsTuners { get; set; }
    }
}
