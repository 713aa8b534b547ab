using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine.Kernel;

/// <summary>
/// A directory on which cgroup2 is mounted for as long as the daemon runs, and which goes when the daemon goes if it was
/// made for that. Scripts that were written for the C program name one that is not there yet.
/// </summary>
internal sealed partial class CgroupMountPoint : IDisposable
{
    private readonly List<string> _made = [];
    private readonly string _path;
    private readonly ILogger _log;

    private CgroupMountPoint(string path, ILogger log)
    {
        _path = path;
        _log = log;
    }

    /// <summary>The root of the hierarchy, as mounted here.</summary>
    public SafeFileHandle Root { get; private set; } = null!;

    /// <summary>Makes the directory if it is absent, and mounts cgroup2 on it.</summary>
    /// <param name="path">A full path.</param>
    /// <param name="hierarchy">The hierarchy's root where it is mounted already; null where it is not.</param>
    /// <param name="mountInfo">The mounts that this process sees.</param>
    /// <param name="log">Where it is noted, at debug.</param>
    /// <exception cref="CgroupUnavailableException">It cannot be done; then nothing is left of the attempt.</exception>
    public static CgroupMountPoint Mount(string path, SafeFileHandle? hierarchy, string mountInfo, ILogger log)
    {
        var place = new CgroupMountPoint(path, log);
        try
        {
            place.MakeDirectory();
            place.RequireFree(mountInfo);
            place.Mount(hierarchy);
            LogMounted(log, path);
            return place;
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Root is { IsClosed: false })
        {
            var errno = Interop.Mounts.Unmount(Root);
            Root.Dispose();
            if (errno != 0)
                LogLeft(_log, _path, LibBpf.Errno.Describe(errno));
        }

        foreach (var directory in _made)
        {
            try
            {
                Directory.Delete(directory);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Somebody else uses it by now, or has taken it away.
                LogKept(_log, directory, e.Message);
            }
        }
    }

    // The innermost first, which is how they are taken away again.
    private void MakeDirectory()
    {
        for (var directory = _path; directory is not null && !Path.Exists(directory); directory = Path.GetDirectoryName(directory))
            _made.Add(directory);
        try
        {
            Directory.CreateDirectory(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _made.RemoveAll(directory => !Directory.Exists(directory));
            throw new CgroupUnavailableException(CgroupText.CannotMake(_path, e.Message.TrimEnd('.')));
        }
    }

    // Whatever a mount covers is out of reach for everybody: never cover anything.
    private void RequireFree(string mountInfo)
    {
        try
        {
            if (!Directory.EnumerateFileSystemEntries(_path).Any()
                && FileSystemMount.Parse(mountInfo).All(mount => mount.MountPoint != _path))
            {
                return;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CgroupUnavailableException($"{_path} cannot be looked at: {e.Message.TrimEnd('.')}");
        }

        throw new CgroupUnavailableException(CgroupText.InUse(_path));
    }

    private void Mount(SafeFileHandle? hierarchy)
    {
        // A second mount of the one that is there leaves its flags alone; a new one sets them, and repeats what the system has.
        using var mount = (hierarchy is null
            ? Interop.Mounts.MountDetached("cgroup2\0"u8, CgroupRoot.Flags(CgroupRoot.MountsOfInit()), out var errno)
            : Interop.Mounts.CloneDetached(hierarchy, out errno)) ?? throw Refused(errno);
        var root = Interop.Files.Open(mount, ".", Interop.Files.ReadOnly | Interop.Files.Directory, out errno) ?? throw Refused(errno);
        using (var directory = Interop.Files.Open(null, _path, Interop.Files.PathOnly | Interop.Files.Directory, out errno))
        {
            errno = directory is null ? errno : Interop.Mounts.Attach(mount, directory);
        }

        if (errno != 0)
        {
            root.Dispose();
            throw Refused(errno);
        }

        Root = root;
    }

    private CgroupUnavailableException Refused(int errno) => new(CgroupText.CannotMountOn(_path, errno));

    [LoggerMessage(EventId = 2005, Level = LogLevel.Debug, Message = "mounted cgroup2 on {Path} until the daemon stops")]
    private static partial void LogMounted(ILogger logger, string path);

    [LoggerMessage(EventId = 2006, Level = LogLevel.Warning, Message = "cgroup2 stays mounted on {Path}: {Reason}")]
    private static partial void LogLeft(ILogger logger, string path, string reason);

    [LoggerMessage(EventId = 2007, Level = LogLevel.Debug, Message = "the directory {Path}, made for cgroup2, stays: {Reason}")]
    private static partial void LogKept(ILogger logger, string path, string reason);
}
