using System.Runtime.InteropServices;
using BpfTune.Engine.Plugins;
using Microsoft.Win32.SafeHandles;
using static BpfTune.Engine.Interop.Files;

namespace BpfTune.Engine.Tuning;

/// <summary>
/// The directory that holds the journal, by descriptor: what was checked is what is used. Root believes only what root
/// owns and nobody else can write, and follows no symbolic link there. Modes do not depend on the umask.
/// </summary>
internal class StateDirectory : IDisposable
{
    private const int DirectoryMode = 0b111_000_000;
    private const int FileMode = 0b110_000_000;

    // Non-blocking, so that a pipe in place of a file does not stop the daemon.
    private const int Carefully = NonBlocking | NoControllingTerminal;

    private readonly SafeFileHandle _directory;

    /// <summary>Opens the directory, and makes it when it is not there.</summary>
    /// <exception cref="JournalException">It cannot be had, or is not to be believed.</exception>
    internal StateDirectory(string path)
    {
        Path = path;
        _directory = OpenDirectory(path, out var errno) ?? (errno == Errno.ENOENT ? Make(path) : throw Refused(path, errno));
        try
        {
            if (WhyNot(_directory, path, TypeDirectory, "directory") is { } reason)
                throw new JournalException(reason);
        }
        catch
        {
            _directory.Dispose();
            throw;
        }
    }

    /// <summary>Its path.</summary>
    internal string Path { get; }

    /// <summary>Whether anything has that name; a symbolic link counts, wherever it leads.</summary>
    internal static bool IsThere(string path) => System.IO.Path.Exists(path) || new FileInfo(path).LinkTarget is not null;

    /// <summary>Opens a file that is there, for writing; on a file system that is read-only for reading. Null when there is none.</summary>
    /// <exception cref="JournalException">It cannot be opened, or is not to be believed.</exception>
    internal SafeFileHandle? Open(string name, out bool isWritable)
    {
        isWritable = true;
        var full = Full(name);
        var file = Interop.Files.Open(_directory, name, ReadWrite | NoFollow | Carefully, out var errno);
        if (file is null && errno == Errno.EROFS)
        {
            isWritable = false;
            file = Interop.Files.Open(_directory, name, ReadOnly | NoFollow | Carefully, out errno);
        }

        if (file is null)
            return errno == Errno.ENOENT ? null : throw Refused(full, errno);
        if (WhyNot(file, full, TypeRegular, "file") is not { } reason)
            return file;
        file.Dispose();
        throw new JournalException(reason);
    }

    /// <summary>
    /// A lock that ends with the process and that nobody else can hold, since nobody else can open its file. Null on a
    /// file system that is read-only: there nobody writes.
    /// </summary>
    /// <exception cref="JournalException">Another process holds it, or it cannot be had.</exception>
    internal SafeFileHandle? Lock(string name)
    {
        var full = Full(name);
        var file = Interop.Files.Open(_directory, name, ReadWrite | Create | NoFollow | Carefully, out var errno, FileMode);
        if (file is null)
            return errno == Errno.EROFS ? null : throw Refused(full, errno);
        try
        {
            if (WhyNot(file, full, TypeRegular, "file") is { } reason)
                throw new JournalException(reason);
            if ((Look(file, full).Mode & AnythingByGroupOrOthers) != 0)
            {
                // Somebody may have it open already, and whoever has it open can lock it: a new one takes its place.
                file.Dispose();
                Remove(name);
                file = Interop.Files.Open(_directory, name, ReadWrite | Create | Exclusive | NoFollow, out errno, FileMode)
                    ?? throw Refused(full, errno);
            }

            if (fchmod(file, FileMode) != 0)
                throw Refused(full, Marshal.GetLastPInvokeError());
            if (flock(file, LockExclusiveNoWait) == 0)
                return file;
            errno = Marshal.GetLastPInvokeError();
            throw errno == Errno.EAGAIN ? new JournalException($"another process holds the lock {full}") : Refused(full, errno);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Makes a new, empty file in place of whatever has the name.</summary>
    internal virtual SafeFileHandle New(string name)
    {
        Remove(name);
        var file = Interop.Files.Open(_directory, name, ReadWrite | Create | Exclusive | NoFollow, out var errno, FileMode)
            ?? throw Refused(Full(name), errno);
        if (fchmod(file, FileMode) == 0)
            return file;
        errno = Marshal.GetLastPInvokeError();
        file.Dispose();
        throw Refused(Full(name), errno);
    }

    /// <summary>Writes; part of it may be written when it fails.</summary>
    internal virtual void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(file, bytes, offset);

    /// <summary>Cuts a file.</summary>
    internal virtual void Cut(SafeFileHandle file, long length) => RandomAccess.SetLength(file, length);

    /// <summary>Brings a file to the disk.</summary>
    internal virtual void Sync(SafeFileHandle file, string name)
    {
        // EINVAL: a file system that has nothing to bring anywhere.
        if (fsync(file) != 0 && Marshal.GetLastPInvokeError() is var errno && errno != Errno.EINVAL)
            throw Refused(Full(name), errno);
    }

    /// <summary>Brings the directory itself to the disk: a rename counts after that only.</summary>
    internal virtual void Sync()
    {
        using var readable = Interop.Files.Open(_directory, ".", ReadOnly | Interop.Files.Directory, out var errno) ?? throw Refused(Path, errno);
        if (fsync(readable) != 0 && Marshal.GetLastPInvokeError() is var failed && failed != Errno.EINVAL)
            throw Refused(Path, failed);
    }

    /// <summary>Gives a file another one's name, in one step.</summary>
    internal virtual void Rename(string from, string to)
    {
        if (renameat(_directory, from, _directory, to) != 0)
            throw Refused(Full(to), Marshal.GetLastPInvokeError());
    }

    /// <summary>Removes a file, if it is there.</summary>
    internal virtual void Remove(string name)
    {
        if (unlinkat(_directory, name, 0) != 0 && Marshal.GetLastPInvokeError() is var errno && errno != Errno.ENOENT)
            throw Refused(Full(name), errno);
    }

    /// <summary>Whether the directory's path and a name in it still lead to this file.</summary>
    internal bool Holds(SafeFileHandle file, string name)
    {
        // By the path anew: the directory itself may have been taken away, and made again by somebody else.
        using var parent = OpenDirectory(Path, out _);
        return parent is not null
            && statx(parent, name, SymbolicLinkNoFollow, BasicStatistics, out var there) == 0
            && FileIdentity.Of(there).IsSameFile(FileIdentity.Of(Look(file, Full(name))));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _directory.Dispose();
        GC.SuppressFinalize(this);
    }

    private static SafeFileHandle? OpenDirectory(string path, out int errno) =>
        Interop.Files.Open(null, path, PathOnly | Interop.Files.Directory | NoFollow, out errno);

    private static SafeFileHandle Make(string path)
    {
        try
        {
            // Always so here; the class library offers the mode to platforms that lack it, too.
            if (System.IO.Path.GetDirectoryName(path) is { Length: > 0 } parent && !OperatingSystem.IsWindows())
            {
                System.IO.Directory.CreateDirectory(
                    parent,
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                    | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"{path} cannot be made: {exception.Message}", exception);
        }

        var isNew = mkdir(path, DirectoryMode) == 0;
        var errno = isNew ? 0 : Marshal.GetLastPInvokeError();
        if (!isNew && errno != Errno.EEXIST)
            throw new JournalException($"{path} cannot be made: {ErrorPhrase.Of(errno)}");
        var directory = OpenDirectory(path, out errno) ?? throw Refused(path, errno);
        if (!isNew)
            return directory;

        // A umask can take bits from the owner, too. A descriptor of the path alone cannot be given a mode.
        using var readable = Interop.Files.Open(directory, ".", ReadOnly | Interop.Files.Directory, out errno);
        if (readable is not null && fchmod(readable, DirectoryMode) == 0)
            return directory;
        directory.Dispose();
        throw Refused(path, errno != 0 ? errno : Marshal.GetLastPInvokeError());
    }

    private string Full(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Why an open file or directory is not to be believed, as a sentence; null when it is.</summary>
    private static string? WhyNot(SafeFileHandle file, string full, int type, string what)
    {
        var statistics = Look(file, full);
        var self = geteuid();
        var owner = statistics.Owner == 0 ? 0 : self;

        // As the root of a tmpfs: others can add files there, which are looked at in turn, and can take none of ours away.
        var isSticky = type == TypeDirectory && (statistics.Mode & Sticky) != 0;
        var reason = (statistics.Mode & TypeMask) != type ? $"it is not a{(type == TypeDirectory ? " directory" : "n ordinary file")}"
            : type == TypeRegular && statistics.Links > 1 ? "it has a second name (a hard link)"
            : TunerRefusalText.Ownership("it", statistics.Owner, isSticky ? 0 : statistics.Mode, owner);
        return reason is null ? null : $"the {what} {full} is not trusted: {reason}";
    }

    private static Statistics Look(SafeFileHandle file, string full) =>
        statx(file, "", EmptyPath, BasicStatistics, out var statistics) == 0
            ? statistics
            : throw Refused(full, Marshal.GetLastPInvokeError());

    private static JournalException Refused(string full, int errno) => new(errno switch
    {
        Errno.ELOOP => $"{full} is a symbolic link, which is not followed",
        Errno.ENOTDIR => $"{full} is not a directory, or a symbolic link, which is not followed",
        _ => $"{full} cannot be used: {ErrorPhrase.Of(errno)}",
    });
}
