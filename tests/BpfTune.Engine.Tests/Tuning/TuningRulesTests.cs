using BpfTune.Engine.Tuning;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Tuning;

public sealed class TuningRulesTests
{
    private static readonly NetworkNamespace Docker = new(new NamespaceId(5, 5), "docker-1", false);
    private static readonly NetworkNamespace Mounted = new(new NamespaceId(6, 6), "/run/docker/netns/x", false);

    [Fact]
    public void Without_rules_everything_is_tuned_and_no_place_is_named()
    {
        var ruling = TuningRules.None.Of("net.core.rmem_max", Sample.Global);

        Assert.Equal(new TunableRuling(), ruling);
        Assert.Equal(new Sourced<TuningMode>(TuningMode.Tune, ""), ruling.Mode);
        Assert.True(TuningRules.None.Tunes([Sample.Algorithm], Sample.Blue));
    }

    [Theory]
    [InlineData("net.core.rmem_max", "f:3")]
    [InlineData("net.core.rmem_default", "f:2")]
    [InlineData("net.core.wmem_max", "f:4")]
    [InlineData("net.ipv4.tcp_rmem", "f:1")]
    [InlineData("vm.swappiness", "")]
    public void The_most_specific_rule_counts_and_names_its_place(string tunable, string source)
    {
        var rules = new TuningRules { Tunables = [Limited("net.*", 1), Limited("net.core.rmem*", 2), Limited("net.core.rmem_max", 3), Limited("net.core.?mem*", 4)] };

        // rmem* and ?mem* say as much of rmem_default: the second has one character less of its own.
        Assert.Equal(source, rules.Of(tunable, Sample.Global).Maximum?.Source ?? "");
    }

    [Fact]
    public void Of_equals_the_later_one_counts()
    {
        var rules = new TuningRules { Tunables = [Limited("net.core.r*", 1), Limited("net.core.*x", 2)] };

        Assert.Equal("f:2", rules.Of("net.core.rx", Sample.Global).Maximum!.Value.Source);
    }

    [Fact]
    public void Each_setting_is_looked_for_by_itself_but_a_direction_is_one()
    {
        var rules = new TuningRules
        {
            Tunables =
            [
                new(new("net.core.*")) { Mode = new(TuningMode.Advise, "f:1"), Maximum = new(7, "f:2"), RaiseOnly = new(true, "f:3") },
                new(new("net.core.rmem_max")) { Minimum = new(5, "f:4"), LowerOnly = new(true, "f:5") },
            ],
        };

        var ruling = rules.Of("net.core.rmem_max", Sample.Global);

        Assert.Equal((TuningMode.Advise, 7L, 5L), (ruling.Mode.Value, ruling.Maximum!.Value.Value, ruling.Minimum!.Value.Value));
        Assert.Null(ruling.RaiseOnly);
        Assert.Equal("f:5", ruling.LowerOnly!.Value.Source);
    }

    [Theory]
    [InlineData(TuningMode.Tune, TuningMode.Off, TuningMode.Off)]
    [InlineData(TuningMode.Off, TuningMode.Tune, TuningMode.Off)]
    [InlineData(TuningMode.Advise, TuningMode.Tune, TuningMode.Advise)]
    [InlineData(TuningMode.Tune, TuningMode.Advise, TuningMode.Advise)]
    [InlineData(TuningMode.Advise, TuningMode.Off, TuningMode.Off)]
    public void Of_a_tunables_and_a_namespaces_mode_the_more_cautious_counts(TuningMode tunable, TuningMode place, TuningMode expected)
    {
        var rules = new TuningRules
        {
            Mode = new(TuningMode.Off, "f:1"),
            Tunables = [new(new("net.ipv4.*")) { Mode = new(tunable, "f:2") }],
            Namespaces = [new(new("docker-*"), new(place, "f:3"))],
        };

        var mode = rules.Of("net.ipv4.tcp_rmem", Docker).Mode;

        Assert.Equal(expected, mode.Value);
        Assert.Equal(tunable <= place ? "f:2" : "f:3", mode.Source);
        // Where but one is named that one counts, and the mode for everything elsewhere.
        Assert.Equal(tunable, rules.Of("net.ipv4.tcp_rmem", Sample.Blue).Mode.Value);
        Assert.Equal(tunable, rules.Of("net.ipv4.tcp_rmem", null).Mode.Value);
        Assert.Equal(place, rules.Of("net.core.rmem_max", Docker).Mode.Value);
        Assert.Equal("f:1", rules.Of("net.core.rmem_max", Sample.Blue).Mode.Source);
    }

    [Fact]
    public void Nothing_goes_beyond_the_command_lines_mode()
    {
        var rules = new TuningRules
        {
            Mode = new(TuningMode.Advise, "--dry-run"),
            Most = new(TuningMode.Advise, "--dry-run"),
            Tunables = [new(new("net.ipv4.tcp_rmem")) { Mode = new(TuningMode.Tune, "f:1") }, new(new("net.ipv4.tcp_wmem")) { Mode = new(TuningMode.Off, "f:2") }],
        };

        Assert.Equal(new Sourced<TuningMode>(TuningMode.Advise, "--dry-run"), rules.Of("net.ipv4.tcp_rmem", Sample.Blue).Mode);
        Assert.Equal(new Sourced<TuningMode>(TuningMode.Off, "f:2"), rules.Of("net.ipv4.tcp_wmem", Sample.Blue).Mode);
        Assert.Equal(new Sourced<TuningMode>(TuningMode.Advise, "--dry-run"), rules.Of("net.core.rmem_max", Sample.Blue).Mode);
    }

    [Theory]
    [InlineData("docker-1", true, false)]
    [InlineData("docker-*", true, false)]
    [InlineData("/run/netns/docker-1", true, false)]
    [InlineData("/run/netns/*", true, false)]
    [InlineData("/run/docker/netns/*", false, true)]
    [InlineData("Docker-1", false, false)]
    [InlineData("docker-", false, false)]
    [InlineData("*", true, true)]
    public void A_namespace_is_known_by_name_by_path_or_by_pattern(string pattern, bool named, bool mounted)
    {
        var rule = new NamespaceRule(new(pattern), new(TuningMode.Off, "f:1"));

        Assert.Equal((named, mounted), (rule.Concerns(Docker), rule.Concerns(Mounted)));
        Assert.Equal(pattern == "*", rule.Concerns(Sample.Global));
    }

    [Fact]
    public void A_tuner_acts_by_itself_where_all_is_tuned_that_it_manages_there()
    {
        var rules = new TuningRules
        {
            Mode = new(TuningMode.Advise, "f:1"),
            Tunables = [new(new("net.ipv4.tcp_congestion_control")) { Mode = new(TuningMode.Tune, "f:2") }],
            Namespaces = [new(new("red"), new(TuningMode.Off, "f:3"))],
        };

        Assert.True(rules.Tunes([Sample.Algorithm, Sample.TcpMem], Sample.Blue));
        Assert.False(rules.Tunes([Sample.Algorithm, Sample.TcpMem], Sample.Red));
        Assert.False(rules.Tunes([Sample.Algorithm, Sample.Rmem], Sample.Blue));
        Assert.False(rules.Tunes([Sample.TcpMem], Sample.Blue));
        Assert.False(new TuningRules { Mode = new(TuningMode.Off, "f:1") }.Tunes([Sample.Algorithm], Sample.Blue));
    }

    [Theory]
    // A maximum stops raises, and cuts nothing.
    [InlineData("100", "200", null, 150L, "150", null)]
    [InlineData("160", "200", null, 150L, null, "max is set to 150 (f:2)")]
    [InlineData("160", "155", null, 150L, "155", null)]
    [InlineData("160", "100", null, 150L, "100", null)]
    // A minimum stops lowering, and raises nothing.
    [InlineData("200", "100", 150L, null, "150", null)]
    [InlineData("140", "100", 150L, null, null, "min is set to 150 (f:1)")]
    [InlineData("100", "120", 150L, null, "120", null)]
    // Each member that moves, and no other.
    [InlineData("1 2 100", "1 2 200", null, 150L, "1 2 150", null)]
    [InlineData("100 200 300", "125 250 375", null, 240L, "125 240 300", null)]
    [InlineData("100 200 300", "100 250 375", null, 150L, null, "max is set to 150 (f:2)")]
    // Words have no limits.
    [InlineData("reno", "reno bbr", 1L, 1L, "reno bbr", null)]
    public void Limits_bind_what_moves(string current, string wanted, long? least, long? most, string? expected, string? reason)
    {
        var ruling = new TunableRuling
        {
            Minimum = least is { } minimum ? new(minimum, "f:1") : null,
            Maximum = most is { } maximum ? new(maximum, "f:2") : null,
        };

        AssertClipped(ruling, current, wanted, expected, reason);
    }

    [Theory]
    [InlineData(true, "100", "200", "200", null)]
    [InlineData(true, "100", "50", null, "it may go up only (f:3)")]
    [InlineData(true, "100 100", "50 200", "100 200", null)]
    [InlineData(false, "100", "50", "50", null)]
    [InlineData(false, "100", "200", null, "it may go down only (f:4)")]
    public void A_direction_may_be_all_that_is_wanted(bool isRaise, string current, string wanted, string? expected, string? reason)
    {
        var ruling = isRaise ? new TunableRuling { RaiseOnly = new(true, "f:3") } : new TunableRuling { LowerOnly = new(true, "f:4") };

        AssertClipped(ruling, current, wanted, expected, reason);
    }

    [Fact]
    public void A_rule_that_contradicts_itself_says_so()
    {
        var rule = new TunableRule(new("net.core.rmem_max"));

        Assert.Null(rule.Contradiction);
        Assert.Null((rule with { Minimum = new(5, ""), Maximum = new(5, ""), RaiseOnly = new(true, ""), LowerOnly = new(false, "") }).Contradiction);
        Assert.Equal("min 6 is above max 5", (rule with { Minimum = new(6, ""), Maximum = new(5, "") }).Contradiction);
        Assert.StartsWith("raise-only and lower-only", (rule with { RaiseOnly = new(true, ""), LowerOnly = new(true, "") }).Contradiction, StringComparison.Ordinal);
    }

    private static TunableRule Limited(string pattern, int line) => new(new(pattern)) { Maximum = new(line, $"f:{line}") };

    private static void AssertClipped(TunableRuling ruling, string current, string wanted, string? expected, string? reason)
    {
        var decision = ruling.Clip(PolicyDecision.Write(TunableValue.Parse(wanted)), TunableValue.Parse(current));

        Assert.Equal(expected, decision.Value?.Text);
        Assert.Equal(expected is null ? ProposalOutcome.NotWanted : ProposalOutcome.Applied, decision.Outcome);
        Assert.Equal(reason ?? "", decision.Reason);
    }
}
