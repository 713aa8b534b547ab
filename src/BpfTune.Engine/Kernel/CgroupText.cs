
namespace BpfTune.Engine.Kernel;

/// <summary>Why there is no cgroup2 hierarchy, in sentences.</summary>
internal static class CgroupText
{
    internal static string CannotOpen(string path, int errno) => errno switch
    {
        LibBpf.Errno.ENOENT => $"there is no directory {path} to attach cgroup programs to",
        _ => $"the cgroup directory {path} cannot be opened: {LibBpf.Errno.Describe(errno)}",
    };

    internal static string InUse(string path) =>
        $"{path} is not in a cgroup2 hierarchy, and one is mounted on an empty directory only";

    internal static string CannotMake(string path, string reason) => $"there is no directory {path}, and it cannot be made: {reason}";

    internal static string CannotMountOn(string path, int errno) => errno switch
    {
        LibBpf.Errno.EPERM => $"{path} is not in a cgroup2 hierarchy, and this process may not mount one there (CAP_SYS_ADMIN is missing, or its service manager forbids it)",
        _ => $"cgroup2 cannot be mounted on {path}: {LibBpf.Errno.Describe(errno)}",
    };

    internal static string CannotMount(int errno) => errno switch
    {
        LibBpf.Errno.ENODEV => "this kernel has no cgroup2 (CONFIG_CGROUPS)",
        LibBpf.Errno.EPERM => "no cgroup2 hierarchy is mounted, and this process may not mount one (CAP_SYS_ADMIN is missing)",
        LibBpf.Errno.ENOSYS => "no cgroup2 hierarchy is mounted, and mounting one privately takes Linux 5.2 or newer",
        _ => $"no cgroup2 hierarchy is mounted, and mounting one failed: {LibBpf.Errno.Describe(errno)}",
    };
}
