using BpfTune.Engine.Namespaces;
using BpfTune.Sdk;

namespace BpfTune.Live.Tests.Namespaces;

/// <summary>What the kernel's handles of namespaces prove.</summary>
public sealed class NamespaceHandleTests
{
    public NamespaceHandleTests() => Privilege.Require();

    [Fact]
    public void OneThatMayNotBeOpenedHasNotEnded()
    {
        NamespaceId id;
        using (var blue = TestNamespace.Create())
        {
            id = new NamespaceId(blue.Inode, blue.Cookie);
            Assert.SkipUnless(NamespaceHandle.Exists(id), "the kernel has no handles of namespaces (since Linux 6.18)");

            // The first proof tries out what the kernel finds, and that stays known.
            Assert.True(NamespaceHandle.HasEnded(id with { Cookie = ulong.MaxValue }));
            Assert.False(NamespaceHandle.HasEnded(id));
            OwnThread.WithoutSysAdmin(() =>
            {
                Assert.False(NamespaceHandle.Exists(id));
                Assert.False(NamespaceHandle.HasEnded(id));
            });
        }

        Assert.True(SpinWait.SpinUntil(() => NamespaceHandle.HasEnded(id), TimeSpan.FromSeconds(10)));
    }
}
