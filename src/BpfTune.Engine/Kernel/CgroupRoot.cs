using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine.Kernel;

/// <summary>
/// The cgroup to which programs that see all sockets and sysctl writes are attached: the root of the cgroup2 hierarchy,
/// where it is mounted (alone, beside cgroup v1, or anywhere), else a mount of our own that nobody else sees.
/// </summary>
public sealed partial class CgroupRoot : IDisposable
{
    private const string FileSystemType = "cgroup2";

    private readonly SafeFileHandle? _mount;

    private CgroupRoot(string path, SafeFileHandle handle, SafeFileHandle? mount)
    {
        Path = path;
        Handle = handle;
        _mount = mount;
    }

    /// <summary>Where it is, for a person; for a private mount words that say so.</summary>
    public string Path { get; }

    /// <summary>The open directory.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Whether it is a mount of our own.</summary>
    public bool IsPrivate => _mount is not null;

    /// <summary>Finds the hierarchy or mounts it.</summary>
    /// <param name="configured">A cgroup2 directory that the administrator has named; null to look for the root.</param>
    /// <param name="log">Where the outcome is noted, at debug.</param>
    /// <exception cref="CgroupUnavailableException">There is none; or the one named is not one.</exception>
    public static CgroupRoot Locate(string? configured, ILogger log) =>
        Locate(configured, () => File.ReadAllText("/proc/self/mountinfo"), log);

    internal static CgroupRoot Locate(string? configured, Func<string> mountInfo, ILogger log)
    {
        if (!string.IsNullOrEmpty(configured))
        {
            var directory = Open(configured, out var errno)
                ?? throw new CgroupUnavailableException(CgroupText.CannotOpen(configured, errno));
            if (IsCgroupTwo(directory))
                return new CgroupRoot(configured, directory, null);
            directory.Dispose();
            throw new CgroupUnavailableException(CgroupText.NotCgroupTwo(configured));
        }

        foreach (var mount in Candidates(mountInfo()))
        {
            // A later mount may lie over this one: what is opened has to be what was listed.
            if (Open(mount.MountPoint, out _) is not { } handle)
                continue;
            if (IsCgroupTwo(handle))
            {
                LogFound(log, mount.MountPoint);
                return new CgroupRoot(mount.MountPoint, handle, null);
            }

            handle.Dispose();
        }

        return MountPrivately(log);
    }

    /// <summary>Lets go of the directory; a mount of our own goes with it.</summary>
    public void Dispose()
    {
        Handle.Dispose();
        _mount?.Dispose();
    }

    /// <summary>Mounts of the whole hierarchy first; inside a container there may be parts only.</summary>
    internal static IEnumerable<FileSystemMount> Candidates(string mountInfo) => FileSystemMount.Parse(mountInfo)
        .Where(m => m.FileSystemType == FileSystemType)
        .OrderBy(m => m.Root == "/" ? 0 : 1)
        .ThenBy(m => m.MountPoint.Length);

    internal static CgroupRoot MountPrivately(ILogger log)
    {
        var mount = Interop.Mounts.MountDetached("cgroup2\0"u8, out var errno)
            ?? throw new CgroupUnavailableException(CgroupText.CannotMount(errno));
        // fsmount's own descriptor cannot be read from; some kernels want an ordinary one of the directory.
        var handle = Interop.Files.Open(mount, ".", Interop.Files.ReadOnly | Interop.Files.Directory, out errno);
        if (handle is null)
        {
            mount.Dispose();
            throw new CgroupUnavailableException(CgroupText.CannotMount(errno));
        }

        LogMounted(log);
        return new CgroupRoot("a private mount of cgroup2", handle, mount);
    }

    private static SafeFileHandle? Open(string path, out int errno) =>
        Interop.Files.Open(null, path, Interop.Files.ReadOnly | Interop.Files.Directory, out errno);

    private static bool IsCgroupTwo(SafeFileHandle directory) =>
        Interop.Mounts.fstatfs(directory, out var statistics) == 0 && statistics.Type == Interop.Mounts.CgroupTwoMagic;

    [LoggerMessage(EventId = 2001, Level = LogLevel.Debug, Message = "cgroup2 is mounted at {Path}")]
    private static partial void LogFound(ILogger logger, string path);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Debug, Message = "cgroup2 is mounted nowhere; mounted it privately")]
    private static partial void LogMounted(ILogger logger);
}
