using BpfTune.Sdk;
using BpfTune.Tuners.RouteTable;

namespace BpfTune.Tuners.Tests.RouteTable;

public sealed class DeclarationTests() : DeclarationContract(new RouteTableTuner(), 1)
{
    [Theory]
    [InlineData("5.10", true)]
    [InlineData("6.1", true)]
    [InlineData("6.2", true)]
    [InlineData("6.3", false)]
    [InlineData("6.18", false)]
    [InlineData("7.2", false)]
    [InlineData("0.0", true)] // a release that cannot be read: better one program too many
    public void It_is_needed_before_Linux_6_3_only(string version, bool needed)
    {
        var reason = new RouteTableTuner().NotNeededBecause(new KernelFacts(version + ".1-test", new Version(version)));
        Assert.Equal(needed, reason is null);
    }
}
