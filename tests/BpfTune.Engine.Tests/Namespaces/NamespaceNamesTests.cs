using BpfTune.Engine.Namespaces;

namespace BpfTune.Engine.Tests.Namespaces;

public sealed class NamespaceNamesTests
{
    [Theory]
    [InlineData("/run/netns/blue", "blue")]
    [InlineData("/run/docker/netns/4f2a", "/run/docker/netns/4f2a")]
    [InlineData("/run/netns/global", "/run/netns/global")]
    [InlineData("/run/netns/inode 5", "/run/netns/inode 5")]
    [InlineData("/run/netns/deep/blue", "/run/netns/deep/blue")]
    public void OfMount(string path, string name) => Assert.Equal(name, NamespaceNames.OfMount(path));

    [Theory]
    [InlineData("inode 4026532000", 4026532000L)]
    [InlineData("4026532000", 4026532000L)]
    [InlineData("inode x", null)]
    [InlineData("blue", null)]
    [InlineData("-1", null)]
    [InlineData("99999999999", null)]
    public void Inode(string name, long? inode) =>
        Assert.Equal(inode, NamespaceNames.TryInode(name, out var found) ? found : null);

    [Fact]
    public void ItsOwnNameLeadsBack()
    {
        Assert.True(NamespaceNames.TryInode(NamespaceNames.OfInode(4026532001), out var inode));
        Assert.Equal(4026532001, inode);
    }
}
