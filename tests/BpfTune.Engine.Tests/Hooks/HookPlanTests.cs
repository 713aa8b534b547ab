using BpfTune.Engine.Hooks;
using BpfTune.LibBpf;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Hooks;

public sealed class HookPlanTests
{
    private static readonly Dictionary<string, BpfSection> s_sections = new Dictionary<string, string>
    {
        ["fe"] = "fentry/tcp_sndbuf_expand",
        ["kp"] = "kprobe/tcp_sndbuf_expand",
        ["so"] = "sockops",
        ["tb"] = "tp_btf/tcp_rcvbuf_grow",
        ["tb2"] = "tp_btf/tcp_rcv_space_adjust",
        ["rt"] = "raw_tp/tcp_rcvbuf_grow",
        ["sysctl"] = "cgroup/sysctl",
    }.ToDictionary(s => s.Key, s => BpfSection.Parse(s.Value));

    private static readonly Hook s_send = new("send", "send buffers are not raised", Mechanism.Bpf("fe"), Mechanism.Bpf("kp"), Mechanism.Bpf("so"));
    private static readonly Hook s_receive = new("receive", "receive buffers are not raised", Mechanism.Bpf("tb", "tb2"), Mechanism.Bpf("rt"));
    private static readonly Hook s_counter = new("syn", "the backlog is not raised", Mechanism.Bpf("fe"), Mechanism.ProcCounter("ListenDrops", "so", "rt"));

    private static HookPlan Plan(Func<BpfSection, string?> whyNot, params Hook[] hooks) => new(hooks, s_sections, whyNot);

    private static Func<BpfSection, string?> No(params string[] prefixes) => section => prefixes.Contains(section.Prefix) ? $"no {section.Prefix}" : null;

    private static string Text(HookStatus status) => status.Chosen is { } chosen
        ? $"{chosen.Kind} {chosen.Target}"
        : HookText.Lost(status);

    [Fact]
    public void TheBestIsTakenFirst()
    {
        var plan = Plan(No(), s_send, s_receive);
        Assert.Equal(["fe", "tb", "tb2"], plan.Programs);
        Assert.Equal(["Fentry tcp_sndbuf_expand", "TypedTracepoint tcp_rcvbuf_grow, tcp_rcv_space_adjust"], plan.Statuses().Select(Text));
        Assert.All(plan.Statuses(), s => Assert.Empty(s.Failures));
    }

    [Fact]
    public void WhatTheProbesRuleOutIsNotTried()
    {
        var plan = Plan(No("fentry", "kprobe", "tp_btf"), s_send, s_receive);
        Assert.Equal(["rt", "so"], plan.Programs);
        var status = plan.Statuses()[0];
        Assert.Equal("SockOps cgroup root", Text(status));
        Assert.Equal(["fentry tcp_sndbuf_expand: no fentry", "kprobe tcp_sndbuf_expand: no kprobe"], status.Failures.Select(HookText.Attempt));
    }

    [Fact]
    public void AFailureMovesEveryHookOnThatUsesTheProgram()
    {
        var plan = Plan(No(), s_send, s_receive, s_counter);
        plan.Fail("fe", "the kernel refuses it");
        Assert.Equal(["kp", "rt", "so", "tb", "tb2"], plan.Programs);
        plan.Fail("tb2", "rejected");
        plan.Fail("tb2", "a later reason does not replace the first");
        Assert.Equal(["kp", "rt", "so"], plan.Programs);
        Assert.Equal(["Kprobe tcp_sndbuf_expand", "RawTracepoint tcp_rcvbuf_grow", "Counter ListenDrops"], plan.Statuses().Select(Text));
        Assert.Equal("rejected", plan.Statuses()[1].Failures.Single().Reason);
    }

    [Fact]
    public void AHookWithoutAnythingLeftIsLostAlone()
    {
        var plan = Plan(No("fentry", "kprobe", "sockops"), s_send, s_receive);
        Assert.Equal(["tb", "tb2"], plan.Programs);
        Assert.False(plan.Statuses()[0].Works);
        Assert.True(plan.Statuses()[1].Works);
        Assert.Equal(
            "send: send buffers are not raised (fentry tcp_sndbuf_expand: no fentry; kprobe tcp_sndbuf_expand: no kprobe; sock_ops cgroup root: no sockops)",
            Text(plan.Statuses()[0]));
    }

    [Fact]
    public void AProgramMayBeForbiddenByItsName()
    {
        var rules = new MechanismRules(forbidden: "tb2, so");
        var plan = new HookPlan([s_send, s_receive, s_counter], s_sections, _ => null, whyNotProgram: rules.WhyNotProgram);
        Assert.Equal(["fe", "rt"], plan.Programs);
        Assert.Equal("forbidden by BPFTUNE_FORBID", plan.Statuses()[1].Failures.Single().Reason);
    }

    [Fact]
    public void ACounterLivesOnOneTriggerAndSaysWhichIsMissing()
    {
        var plan = Plan(No("fentry", "sockops"), s_counter);
        Assert.Equal(["rt"], plan.Programs);
        var status = Assert.Single(plan.Statuses());
        Assert.Equal("Counter ListenDrops", Text(status));
        Assert.Equal(["fentry tcp_sndbuf_expand: no fentry", "sock_ops cgroup root: no sockops"], status.Failures.Select(HookText.Attempt));
    }

    [Fact]
    public void ACounterThatNothingTriggersIsLost()
    {
        var plan = Plan(No("fentry", "sockops", "raw_tp"), s_counter);
        Assert.Empty(plan.Programs);
        var status = Assert.Single(plan.Statuses());
        Assert.False(status.Works);
        Assert.Equal("nothing tells when to read it: no sockops", status.Failures[^1].Reason);
    }

    [Fact]
    public void ACounterWithoutTriggersAlwaysWorks() =>
        Assert.True(Plan(No("fentry"), new Hook("x", "y", Mechanism.ProcCounter("z"))).Statuses().Single().Works);

    [Fact]
    public void AProgramThatTheObjectLacksIsTheTunersFault()
    {
        var status = Assert.Single(Plan(No(), new Hook("x", "y is lost", Mechanism.Bpf("nonesuch"))).Statuses());
        Assert.Equal("x: y is lost (other nonesuch: the BPF object has no program nonesuch)", Text(status));
    }

    [Theory]
    [InlineData("fentry/f", MechanismKind.Fentry, "f")]
    [InlineData("fexit/f", MechanismKind.Fexit, "f")]
    [InlineData("kprobe/f", MechanismKind.Kprobe, "f")]
    [InlineData("kretprobe/f", MechanismKind.Kretprobe, "f")]
    [InlineData("tp_btf/t", MechanismKind.TypedTracepoint, "t")]
    [InlineData("raw_tp/t", MechanismKind.RawTracepoint, "t")]
    [InlineData("sockops", MechanismKind.SockOps, "cgroup root")]
    [InlineData("cgroup/sysctl", MechanismKind.Cgroup, "cgroup root")]
    [InlineData("cgroup/sock_create", MechanismKind.Cgroup, "cgroup root")]
    [InlineData("iter/tcp", MechanismKind.Other, "tcp")]
    [InlineData("xdp", MechanismKind.Other, "xdp")]
    public void SectionsSayKindAndTarget(string section, MechanismKind kind, string target)
    {
        var parsed = BpfSection.Parse(section);
        Assert.Equal((kind, target), (MechanismFacts.Kind(parsed.Mechanism), MechanismFacts.Target(parsed)));
    }

    [Theory]
    [InlineData(false, null, "fentry/f", null)]
    [InlineData(true, null, "fentry/f", "not used in legacy mode")]
    [InlineData(true, null, "fexit/f", "not used in legacy mode")]
    [InlineData(true, null, "tp_btf/t", "not used in legacy mode")]
    [InlineData(true, null, "kprobe/f", null)]
    [InlineData(true, null, "raw_tp/t", null)]
    [InlineData(false, "fentry, tp_btf:grow", "fentry/f", "forbidden by BPFTUNE_FORBID")]
    [InlineData(false, "fentry, tp_btf:grow", "tp_btf/grow", "forbidden by BPFTUNE_FORBID")]
    [InlineData(false, "fentry, tp_btf:grow", "tp_btf/adjust", null)]
    [InlineData(false, "fentry, tp_btf:grow", "kprobe/f", null)]
    [InlineData(false, "sockops", "sockops", "forbidden by BPFTUNE_FORBID")]
    [InlineData(false, "sock_ops", "sockops", "forbidden by BPFTUNE_FORBID")]
    [InlineData(false, "cgroup", "cgroup/sock_create", "forbidden by BPFTUNE_FORBID")]
    [InlineData(false, "cgroup/sysctl", "cgroup/sysctl", "forbidden by BPFTUNE_FORBID")]
    [InlineData(false, "cgroup/sysctl", "cgroup/sock_create", null)]
    [InlineData(false, ", ,", "sockops", null)]
    public void RulesForbid(bool legacy, string? forbidden, string section, string? reason) =>
        Assert.Equal(reason, new MechanismRules(legacy, forbidden).WhyNot(BpfSection.Parse(section)));

    [Theory]
    [InlineData("fentry", null)]
    [InlineData("fentry,counter", "forbidden by BPFTUNE_FORBID")]
    public void RulesForbidCounters(string forbidden, string? reason) =>
        Assert.Equal(reason, new MechanismRules(legacy: false, forbidden).WhyNoCounter());

    [Fact]
    public void AHookWhoseCounterIsForbiddenIsLost()
    {
        var hook = new Hook("x", "y is lost", Mechanism.ProcCounter("drops in /proc/x"));
        var plan = new HookPlan([hook], new Dictionary<string, BpfSection>(), _ => null, "forbidden");
        Assert.Equal("x: y is lost (counter drops in /proc/x: forbidden)", Text(Assert.Single(plan.Statuses())));
    }
}
