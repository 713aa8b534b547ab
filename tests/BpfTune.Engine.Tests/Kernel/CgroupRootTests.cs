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

    [Fact]
    public void AnAbsentDirectoryIsSaid()
    {
        var e = Assert.Throws<CgroupUnavailableException>(() => CgroupRoot.Locate("/no/such/cgroup", NullLogger.Instance));
        Assert.Equal("there is no directory /no/such/cgroup to attach cgroup programs to", e.Message);
    }

    [Fact]
    public void ADirectoryElsewhereIsNone()
    {
        var e = Assert.Throws<CgroupUnavailableException>(() => CgroupRoot.Locate("/usr", NullLogger.Instance));
        Assert.Equal("/usr is not in a cgroup2 hierarchy, and programs can be attached in such a one only", e.Message);
    }

    [Theory]
    [InlineData(LibBpf.Errno.EPERM, "no cgroup2 hierarchy is mounted, and this process may not mount one (CAP_SYS_ADMIN is missing)")]
    [InlineData(LibBpf.Errno.ENOSYS, "no cgroup2 hierarchy is mounted, and mounting one privately takes Linux 5.2 or newer")]
    [InlineData(LibBpf.Errno.ENODEV, "this kernel has no cgroup2 (CONFIG_CGROUPS)")]
    [InlineData(LibBpf.Errno.EBUSY, "no cgroup2 hierarchy is mounted, and mounting one failed: in use (EBUSY)")]
    public void MountFailuresAreSentences(int errno, string text) => Assert.Equal(text, CgroupText.CannotMount(errno));
}
