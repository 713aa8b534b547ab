using System.Globalization;
using System.Text.RegularExpressions;
using BpfTune.Daemon;

namespace BpfTune.Cli.Tests.Daemon;

public sealed class CapabilitySetsTests
{
    private const string Five = "000000c000281000";

    [Theory]
    // All of root's; the unit's; the unit's without no_new_privs; what a container left of it; with one more in the bounding set.
    [InlineData("0000000000000000", "000001ffffffffff", "000001ffffffffff", 0, true, false)]
    [InlineData("0000000000000000", Five, Five, 1, false, true)]
    [InlineData("0000000000000000", Five, Five, 0, true, false)]
    [InlineData("0000000000000000", "0000000000001000", "0000000000001000", 1, false, true)]
    [InlineData("0000000000000000", Five, "000000c000291000", 1, true, true)]
    [InlineData("0000000000010000", Five, Five, 1, true, false)]
    public void What_is_too_much_is_seen(string inheritable, string permitted, string bounding, int noNewPrivileges, bool exceeds, bool holds)
    {
        var sets = CapabilitySets.Parse(
            $"Name:\tbpftune\nCapInh:\t{inheritable}\nCapPrm:\t{permitted}\nCapEff:\t{permitted}\nCapBnd:\t{bounding}\nCapAmb:\t0000000000000000\nNoNewPrivs:\t{noNewPrivileges}\nSeccomp:\t0\n");

        Assert.Equal(ulong.Parse(permitted, NumberStyles.HexNumber, CultureInfo.InvariantCulture), sets.Permitted);
        Assert.Equal((exceeds, holds), (sets.Exceed(Confinement.Kept), sets.Holds(Confinement.Kept)));
    }

    /// <summary>One list, in two places.</summary>
    [Fact]
    public void What_is_kept_is_what_the_unit_keeps()
    {
        var unit = File.ReadAllText(Path.Combine(Repository.Root, "packaging", "systemd", "bpftune.service"));
        var names = Regex.Match(unit, "^CapabilityBoundingSet=(.*)$", RegexOptions.Multiline).Groups[1].Value.Split(' ');

        var bits = names.Select(name => 1UL << (int)Enum.Parse<BpfTune.Engine.Kernel.Capability>(name["CAP_".Length..].Replace("_", "", StringComparison.Ordinal), ignoreCase: true));

        Assert.Equal(Confinement.Kept, bits.Aggregate(0UL, (all, bit) => all | bit));
        Assert.Equal(Confinement.Kept, ulong.Parse(Five, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }
}
