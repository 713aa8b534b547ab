namespace BpfTune.Sdk.Tests;

public sealed class TunableTests
{
    [Fact]
    public void ATripleNamesItsMembersAndSharesItsBounds()
    {
        var rmem = Tunable.Triple("net.ipv4.tcp_rmem", TunableScope.Namespace, TunableUnit.Bytes, "receive buffers");
        Assert.Equal(["min", "default", "max"], rmem.Members);
        Assert.Equal("/proc/sys/net/ipv4/tcp_rmem", rmem.ProcPath);
        for (var member = 0; member < 3; member++)
            Assert.Equal(new ValueRange(0, int.MaxValue), rmem.BoundsOf(member));
    }

    [Fact]
    public void EachMemberMayHaveBoundsOfItsOwn()
    {
        var tunable = Tunable.Triple("a.b", TunableScope.Machine, TunableUnit.Pages, "") with
        {
            Bounds = [new ValueRange(1, 2), new ValueRange(3, 4)],
        };
        Assert.Equal(new ValueRange(1, 2), tunable.BoundsOf(0));
        Assert.Equal(new ValueRange(3, 4), tunable.BoundsOf(1));
        Assert.Equal(new ValueRange(3, 4), tunable.BoundsOf(2));
        Assert.Throws<ArgumentException>(() => tunable with { Bounds = [] });
    }

    [Theory]
    [InlineData(long.MinValue, 0)]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData((long)int.MaxValue + 1, int.MaxValue)]
    [InlineData(long.MaxValue, int.MaxValue)]
    public void NoBufferPassesIntMax(long value, long clipped) => Assert.Equal(clipped, ValueRange.NonNegativeInt.Clip(value));

    [Fact]
    public void ANamespaceIsNamedInASentence()
    {
        var id = new NamespaceId(1, 2);
        Assert.Equal("the global namespace", new NetworkNamespace(id, "global", true).Phrase);
        Assert.Equal("namespace blue", new NetworkNamespace(id, "blue", false).Phrase);
    }
}
