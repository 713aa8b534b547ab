using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Engine.Kernel;

/// <summary>
/// The cgroup to which programs that see all sockets and sysctl writes are attached: the root of the cgroup2 hierarchy,
/// where it is mounted (alone, beside cgroup v1, or anywhere), else a mount of our own that nobody else sees; or the
/// directory that the administrator names, on which cgroup2 is mounted for as long as the daemon runs if it is not there.
/// </summary>
public sealed partial class CgroupRoot : IDisposable
{
    private const string FileSystemType = "cgroup2";

    private readonly SafeFileHandle? _mount;
    private readonly CgroupMountPoint? _mountPoint;

    private CgroupRoot(string path, SafeFileHandle handle, SafeFileHandle? mount, CgroupMountPoint? mountPoint = null)
    {
        Path = path;
        Handle = handle;
        _mount = mount;
        _mountPoint = mountPoint;
    }

    /// <summary>Where it is, for a person; for a private mount words that say so.</summary>
    public string Path { get; }

    /// <summary>The open directory.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Whether it is a mount of our own that nobody else sees.</summary>
    public bool IsPrivate => _mount is not null && _mountPoint is null;

    /// <summary>Finds the hierarchy or mounts it.</summary>
    /// <param name="configured">
    /// A directory that the administrator has named; null to look for the root. One that is absent is made, and on one that is
    /// empty cgroup2 is mounted; both are undone by <see cref="Dispose"/>.
    /// </param>
    /// <param name="log">Where the outcome is noted, at debug.</param>
    /// <exception cref="CgroupUnavailableException">There is none; or the one named is not one.</exception>
    public static CgroupRoot Locate(string? configured, ILogger log) =>
        Locate(configured, () => File.ReadAllText("/proc/self/mountinfo"), log);

    /// <param name="configured">As above.</param>
    /// <param name="mountInfo">The mounts that this process sees.</param>
    /// <param name="log">As above.</param>
    internal static CgroupRoot Locate(string? configured, Func<string> mountInfo, ILogger log)
    {
        var mounts = mountInfo();
        return string.IsNullOrEmpty(configured)
            ? Find(mounts, log) ?? MountPrivately(log)
            : Named(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(configured)), mounts, log);
    }

    /// <summary>Lets go of the directory; a mount of our own goes with it.</summary>
    public void Dispose()
    {
        _mountPoint?.Dispose();
        Handle.Dispose();
        _mount?.Dispose();
    }

    /// <summary>Mounts of the whole hierarchy first; inside a container there may be parts only.</summary>
    internal static IEnumerable<FileSystemMount> Candidates(string mountInfo) => FileSystemMount.Parse(mountInfo)
        .Where(m => m.FileSystemType == FileSystemType)
        .OrderBy(m => m.Root == "/" ? 0 : 1)
        .ThenBy(m => m.MountPoint.Length);

    /// <summary>
    /// The flags of the hierarchy, such as nsdelegate. They are the whole system's: whoever mounts it anew sets them
    /// (admin-guide/cgroup-v2.rst), and so has to repeat those that are there.
    /// </summary>
    internal static IReadOnlyList<string> Flags(string mountInfo) =>
        [.. Candidates(mountInfo).Take(1).SelectMany(m => m.Options.Split(',')).Where(option => option is not ("rw" or "ro" or ""))];

    private static CgroupRoot? Find(string mountInfo, ILogger log)
    {
        foreach (var mount in Candidates(mountInfo))
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

        return null;
    }

    internal static CgroupRoot MountPrivately(ILogger log)
    {
        var mount = Interop.Mounts.MountDetached("cgroup2\0"u8, Flags(MountsOfInit()), out var errno)
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

    private static CgroupRoot Named(string path, string mountInfo, ILogger log)
    {
        if (Open(path, out var errno) is { } present)
        {
            if (IsCgroupTwo(present))
                return new CgroupRoot(path, present, null);
            present.Dispose();
        }
        else if (errno != LibBpf.Errno.ENOENT || IsBelowHierarchy(path))
        {
            // Made below a hierarchy it would be a cgroup that nobody is in: there, an absent one is a mistake.
            throw new CgroupUnavailableException(CgroupText.CannotOpen(path, errno));
        }

        using var hierarchy = Find(mountInfo, log);
        var place = CgroupMountPoint.Mount(path, hierarchy?.Handle, mountInfo, log);
        return new CgroupRoot(path, place.Root, null, place);
    }

    /// <summary>
    /// What the first process sees: where this one sees no hierarchy, the system may have one all the same. Empty where that may
    /// not be looked at.
    /// </summary>
    internal static string MountsOfInit()
    {
        try
        {
            return File.ReadAllText("/proc/1/mountinfo");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static bool IsBelowHierarchy(string path)
    {
        for (var above = System.IO.Path.GetDirectoryName(path); above is not null; above = System.IO.Path.GetDirectoryName(above))
        {
            using var directory = Open(above, out _);
            if (directory is not null)
                return IsCgroupTwo(directory);
        }

        return false;
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
