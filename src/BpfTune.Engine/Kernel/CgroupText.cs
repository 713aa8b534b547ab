
namespace BpfTune.Engine.Kernel;

/// <summary>Why there is no cgroup2 hierarchy, in sentences.</summary>
internal static class CgroupText
{
    internal static string CannotOpen(string path, int errno) => errno switch
    {
        LibBpf.Errno.ENOENT => $"there is no directory {path} to attach cgroup programs to",
        _ => $"the cgroup directory {path} cannot be opened: {LibBpf.Errno.Describe(errno)}",
    };

    internal static string NotCgroupTwo(string path) => $"{path} is not in a cgroup2 hierarchy, and programs can be attached in such a one only";

    internal static string CannotMount(int errno) => errno switch
    {
        LibBpf.Errno.ENODEV => "this kernel has no cgroup2 (CONFIG_CGROUPS)",
        LibBpf.Errno.EPERM => "no cgroup2 hierarchy is mounted, and this process may not mount one (CAP_SYS_ADMIN is missing)",
        LibBpf.Errno.ENOSYS => "no cgroup2 hierarchy is mounted, and mounting one privately takes Linux 5.2 or newer",
        _ => $"no cgroup2 hierarchy is mounted, and mounting one failed: {LibBpf.Errno.Describe(errno)}",
    };
}
