using System.Text;

namespace BpfTune.LibBpf.Tests;

public sealed class EssentialNameTests
{
    // As libbpf cuts them: tools/lib/bpf/relo_core.c.
    [Theory]
    [InlineData("sock", "sock")]
    [InlineData("sock___old", "sock")]
    [InlineData("sock___old___older", "sock___old")]
    [InlineData("sock____old", "sock____old")]
    [InlineData("sock___", "sock___")]
    [InlineData("___sock", "___sock")]
    [InlineData("__sock___x", "__sock")]
    [InlineData("a___b", "a")]
    [InlineData("", "")]
    public void A_flavor_is_what_follows_three_underscores(string name, string essential) =>
        Assert.Equal(essential, Encoding.UTF8.GetString(EssentialName.Of(Encoding.UTF8.GetBytes(name))));
}
