using BpfTune.Engine.Namespaces;
using BpfTune.Sdk;
using Microsoft.Win32.SafeHandles;

namespace BpfTune.Live.Tests.Namespaces;

/// <summary>Whose the kernel says that network namespaces are.</summary>
public sealed class OwnershipTests
{
    private const string Nobody = "65534";

    private static readonly string[] AsNobody = [$"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups"];

    public OwnershipTests() => Privilege.Require();

    [Fact]
    public void What_root_makes_in_the_first_user_namespace_is_the_machines()
    {
        using var named = TestNamespace.Create();
        using var process = new UnsharedProcess();
        Assert.Equal(NamespaceOwner.Machine, OwnerOf($"/run/netns/{named.Name}"));
        Assert.Equal(NamespaceOwner.Machine, OwnerOf($"/proc/{process.Id}/ns/net"));
        Assert.Equal(NamespaceOwner.Machine, OwnerOf("/proc/self/ns/net"));
    }

    [Fact]
    public void What_a_user_makes_is_his_however_deep_it_lies()
    {
        using var flat = new UnsharedProcess("setpriv", [.. AsNobody, "unshare", "-Urn"]);
        using var nested = new UnsharedProcess("setpriv", [.. AsNobody, "unshare", "-Urn", "unshare", "-Urn", "unshare", "-Urn"]);
        Assert.Equal("uid " + Nobody, OwnerOf($"/proc/{flat.Id}/ns/net").Phrase);
        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{nested.Id}/comm").Trim() == "sleep", TimeSpan.FromSeconds(10)));
        Assert.Equal(OwnerOf($"/proc/{flat.Id}/ns/net"), OwnerOf($"/proc/{nested.Id}/ns/net"));
    }

    [Fact]
    public void What_root_makes_for_strangers_is_each_ones_own()
    {
        using var one = new UnsharedProcess("unshare", "-Urn");
        using var other = new UnsharedProcess("unshare", "-Urn");
        Assert.StartsWith("user namespace ", OwnerOf($"/proc/{one.Id}/ns/net").Phrase, StringComparison.Ordinal);
        Assert.NotEqual(OwnerOf($"/proc/{one.Id}/ns/net"), OwnerOf($"/proc/{other.Id}/ns/net"));
    }

    private static NamespaceOwner OwnerOf(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        return NamespaceOwnership.Of(file);
    }
}
