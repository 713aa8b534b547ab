using System.Text;
using BpfTune.Engine.Namespaces;

namespace BpfTune.Engine.Tests.Namespaces;

public sealed class MountInfoTests
{
    [Fact]
    public void FindsNetworkNamespacesOnly()
    {
        var mounts = Read("""
            22 27 0:21 / /proc rw,relatime - proc proc rw
            41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
            90 27 0:4 net:[4026532100] /run/netns/blue rw shared:7 - nsfs nsfs rw
            91 90 0:4 net:[4026532100] /run/netns/blue rw shared:7 - nsfs nsfs rw
            92 27 0:4 mnt:[4026532101] /run/snapd/ns/x.mnt rw - nsfs nsfs rw
            93 27 0:4 net:[4026532102] /run/docker/netns/a\040b rw - nsfs nsfs rw
            94 27 0:4 net:[x] /run/netns/broken rw - nsfs nsfs rw
            95 27
            """);
        Assert.Equal(2, mounts.Count);
        Assert.Equal("/run/netns/blue", mounts[4026532100]);
        Assert.Equal("/run/docker/netns/a b", mounts[4026532102]);
    }

    [Theory]
    [InlineData(@"/a\040b", "/a b")]
    [InlineData(@"/a\011\012\134", "/a\t\n\\")]
    [InlineData(@"/a\04", @"/a\04")]
    [InlineData(@"/a\089", @"/a\089")]
    [InlineData("/grün", "/grün")]
    [InlineData(@"/grün\040x", "/grün x")]
    public void OctalEscapes(string escaped, string plain) =>
        Assert.Equal(plain, MountInfo.Unescape(Encoding.UTF8.GetBytes(escaped)));

    [Fact]
    public void ThisMachinesOwnCanBeRead() => Assert.DoesNotContain("", ReadOwn().Values);

    private static Dictionary<uint, string> ReadOwn()
    {
        var mounts = new Dictionary<uint, string>();
        MountInfo.ReadNetworkNamespaces(File.ReadAllBytes("/proc/self/mountinfo"), mounts);
        return mounts;
    }

    private static Dictionary<uint, string> Read(string text)
    {
        var mounts = new Dictionary<uint, string>();
        MountInfo.ReadNetworkNamespaces(Encoding.UTF8.GetBytes(text), mounts);
        return mounts;
    }
}
