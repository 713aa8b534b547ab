using BpfTune.Engine.Kernel;
using BpfTune.Live.Tests.Hooks;
using Microsoft.Extensions.Logging.Abstractions;

namespace BpfTune.Live.Tests.Kernel;

public sealed class CgroupRootTests
{
    public CgroupRootTests() => Privilege.Require();

    [Fact]
    public void TheHierarchyIsFoundWhereItIsMounted()
    {
        Assert.SkipUnless(File.ReadAllText("/proc/self/mountinfo").Contains(" - cgroup2 ", StringComparison.Ordinal), "no cgroup2 is mounted");
        using var root = CgroupRoot.Locate(null, NullLogger.Instance);
        Assert.False(root.IsPrivate);
        Assert.True(File.Exists(Path.Combine(root.Path, "cgroup.controllers")), $"{root.Path} has no cgroup.controllers");
        Assert.False(root.Handle.IsInvalid);
    }

    [Fact]
    public void ADirectoryOfItCanBeNamed()
    {
        using var found = CgroupRoot.Locate(null, NullLogger.Instance);
        Assert.SkipWhen(found.IsPrivate, "no cgroup2 is mounted");
        var sub = Directory.CreateDirectory(Path.Combine(found.Path, "lab_kern_named"));
        try
        {
            using var named = CgroupRoot.Locate(sub.FullName, NullLogger.Instance);
            Assert.Equal(sub.FullName, named.Path);
        }
        finally
        {
            sub.Delete();
        }
    }

    [Fact]
    public void AnAbsentOneBelowTheHierarchyIsAMistake()
    {
        using var found = CgroupRoot.Locate(null, NullLogger.Instance);
        Assert.SkipWhen(found.IsPrivate, "no cgroup2 is mounted");
        var absent = Path.Combine(found.Path, "lab_kern_absent", "sub");
        var e = Assert.Throws<CgroupUnavailableException>(() => CgroupRoot.Locate(absent, NullLogger.Instance));
        Assert.Equal($"there is no directory {absent} to attach cgroup programs to", e.Message);
        Assert.False(Directory.Exists(Path.GetDirectoryName(absent)));
    }

    // With the mounts that there are, and where this process can see none: a new mount sets the flags that all mounts share.
    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void OnADirectoryElsewhereItIsMountedForAsLongAsItLasts(bool hidden, bool absent)
    {
        var above = Directory.CreateTempSubdirectory("bpftune-cgroup-").FullName;
        var path = Path.Combine(above, "made", "cgroupv2");
        if (!absent)
            Directory.CreateDirectory(path);
        try
        {
            var before = HierarchyFlags.MountsWithFlags();
            using (var root = hidden ? CgroupRoot.Locate(path, static () => "", NullLogger.Instance) : CgroupRoot.Locate(path, NullLogger.Instance))
            {
                Assert.Equal(path, root.Path);
                Assert.False(root.IsPrivate);
                Assert.True(File.Exists(Path.Combine(path, "cgroup.controllers")));
                Assert.Equal(before, HierarchyFlags.MountsWithFlags().Where(line => !line.Contains(path, StringComparison.Ordinal)).ToArray());
                using var targets = Loading.Ignorant();
                using var hooks = Loading.Loader(root, targets).Load(Loading.Owner, 1, Loading.Declare(Loading.Hook("last", "bpftune_last_so")), null);
                Assert.True(Assert.Single(hooks.Hooks).Works);

                // The next one finds it there, and leaves it there.
                using (var second = CgroupRoot.Locate(path, NullLogger.Instance))
                    Assert.Equal(path, second.Path);
                Assert.True(File.Exists(Path.Combine(path, "cgroup.controllers")));
            }

            Assert.Equal(before, HierarchyFlags.MountsWithFlags());
            Assert.Equal(!absent, Directory.Exists(path));
            Assert.Equal(!absent, Directory.EnumerateFileSystemEntries(above).Any());
        }
        finally
        {
            Directory.Delete(above, recursive: true);
        }
    }

    [Fact]
    public void FlagsThatTheSystemSetStayWhenItIsMountedAnew()
    {
        Assert.SkipUnless(HierarchyFlags.MountsWithFlags().Length > 0, "no cgroup2 is mounted");
        using var flags = new HierarchyFlags();
        HierarchyFlags.Add("nsdelegate");
        var before = HierarchyFlags.MountsWithFlags();
        Assert.Contains(before, line => line.EndsWith("nsdelegate", StringComparison.Ordinal));

        using (CgroupRoot.Locate(null, static () => "", NullLogger.Instance))
            Assert.Equal(before, HierarchyFlags.MountsWithFlags());

        Assert.Equal(before, HierarchyFlags.MountsWithFlags());
    }

    [Fact]
    public void WithoutAMountOneIsMadeThatNobodySees()
    {
        using var flags = new HierarchyFlags();
        var before = HierarchyFlags.Mounts();
        using (var root = CgroupRoot.Locate(null, static () => "22 27 0:21 / /proc rw - proc proc rw\n", NullLogger.Instance))
        {
            Assert.True(root.IsPrivate);
            Assert.Equal(before, HierarchyFlags.Mounts());
            // It is the root of the one hierarchy that there is, and programs can be attached to it.
            using var targets = Loading.Ignorant();
            using var hooks = Loading.Loader(root, targets).Load(Loading.Owner, 1, Loading.Declare(Loading.Hook("last", "bpftune_last_so")), null);
            Assert.True(Assert.Single(hooks.Hooks).Works);
            Assert.True(File.Exists($"/proc/self/fd/{root.Handle.DangerousGetHandle()}/cgroup.controllers"));
        }

        Assert.Equal(before, HierarchyFlags.Mounts());
    }
}
