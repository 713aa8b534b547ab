using BpfTune.Engine.Kernel;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Engine.Tests.Kernel;

public sealed class CgroupRootTests
{
    private const string Unified = """
        22 27 0:21 / /proc rw,relatime - proc proc rw
        35 27 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate
        """;

    private const string Hybrid = """
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
        41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
        """;

    private const string Container = """
        50 40 0:30 /system.slice/x.scope /host/sys/fs/cgroup ro shared:9 master:1 - cgroup2 cgroup ro
        51 40 0:30 /../.. /sys/fs/cgroup ro - cgroup2 cgroup ro
        52 40 0:30 / /mnt/my\040cgroup/the\134root ro - cgroup2 cgroup ro
        """;

    private const string VersionOneOnly = """
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
        33 31 0:29 / /cgroup2 rw,relatime - tmpfs cgroup2 rw
        """;

    [Theory]
    [InlineData(Unified, "/sys/fs/cgroup")]
    [InlineData(Hybrid, "/sys/fs/cgroup/unified")]
    [InlineData(Container, "/mnt/my cgroup/the\\root|/sys/fs/cgroup|/host/sys/fs/cgroup")]
    [InlineData(VersionOneOnly, "")]
    [InlineData("", "")]
    [InlineData("rubbish\n1 2 3 - cgroup2 x y\n1 2 a:b / / - - cgroup2", "")]
    public void MountsOfTheWholeHierarchyComeFirst(string mountInfo, string expected) =>
        Assert.Equal(expected, string.Join('|', CgroupRoot.Candidates(mountInfo).Select(m => m.MountPoint)));

    [Theory]
    [InlineData(Unified, "nsdelegate")]
    [InlineData(Hybrid, "")]
    [InlineData("35 27 0:30 / /x rw - cgroup2 none rw,nsdelegate,memory_recursiveprot", "nsdelegate memory_recursiveprot")]
    [InlineData("", "")]
    public void FlagsOfTheHierarchyAreRead(string mountInfo, string expected) => Assert.Equal(expected, string.Join(' ', CgroupRoot.Flags(mountInfo)));

    // What is mounted over /usr is all that anybody would see of it.
    [Theory]
    [InlineData("/usr")]
    [InlineData("/usr/../usr/")]
    [InlineData("/")]
    [InlineData("/proc")]
    public void NothingIsCovered(string path)
    {
        var mounts = File.ReadAllText("/proc/self/mountinfo");
        var e = Assert.Throws<CgroupUnavailableException>(() => CgroupRoot.Locate(path, NullLogger.Instance));
        Assert.Equal($"{Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))} is not in a cgroup2 hierarchy, and one is mounted on an empty directory only", e.Message);
        Assert.Equal(mounts, File.ReadAllText("/proc/self/mountinfo"));
    }

    [Fact]
    public void AMountPointIsInUseEvenIfItIsEmpty()
    {
        var directory = Directory.CreateTempSubdirectory("bpftune-cgroup-").FullName;
        try
        {
            var e = Assert.Throws<CgroupUnavailableException>(() => CgroupRoot.Locate(directory, () => $"60 1 0:99 / {directory} rw - tmpfs none rw\n", NullLogger.Instance));
            Assert.Contains("on an empty directory only", e.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory);
        }
    }

    [Fact]
    public void ADirectoryThatCannotBeMadeIsSaidAndNothingIsLeft()
    {
        var e = Assert.Throws<CgroupUnavailableException>(() => CgroupRoot.Locate("/proc/no/such", NullLogger.Instance));
        Assert.StartsWith("there is no directory /proc/no/such, and it cannot be made: ", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("..", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNoDirectoryIsSaid()
    {
        var e = Assert.Throws<CgroupUnavailableException>(() => CgroupRoot.Locate("/proc/version", NullLogger.Instance));
        Assert.StartsWith("the cgroup directory /proc/version cannot be opened: ", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LibBpf.Errno.EPERM, "no cgroup2 hierarchy is mounted, and this process may not mount one (CAP_SYS_ADMIN is missing)")]
    [InlineData(LibBpf.Errno.ENOSYS, "no cgroup2 hierarchy is mounted, and mounting one privately takes Linux 5.2 or newer")]
    [InlineData(LibBpf.Errno.ENODEV, "this kernel has no cgroup2 (CONFIG_CGROUPS)")]
    [InlineData(LibBpf.Errno.EBUSY, "no cgroup2 hierarchy is mounted, and mounting one failed: in use (EBUSY)")]
    public void MountFailuresAreSentences(int errno, string text) => Assert.Equal(text, CgroupText.CannotMount(errno));
}
