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
