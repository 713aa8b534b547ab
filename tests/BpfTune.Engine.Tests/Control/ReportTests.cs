using System.Collections.Immutable;
using BpfTune.Engine.Control;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Control;

public sealed class ReportTests
{
    [Fact]
    public void A_working_hook_says_what_it_uses_and_what_was_tried()
    {
        var first = Mechanism.Bpf("a");
        var second = Mechanism.Bpf("b");
        var report = HookReport.From(new HookStatus(
            new Hook("send_buffer", "send buffers are not raised", first, second),
            new MechanismStatus(second, MechanismKind.SockOps, "cgroup root"),
            [new MechanismFailure(new MechanismStatus(first, MechanismKind.Fentry, "tcp_sndbuf_expand"), "the kernel refuses it")]));

        Assert.Equal("sock_ops", report.Mechanism);
        Assert.Null(report.WhenLost);
        Assert.Equal(new AttemptReport("fentry", "tcp_sndbuf_expand", "the kernel refuses it"), Assert.Single(report.Failures));
    }

    [Fact]
    public void A_lost_hook_says_what_is_lost()
    {
        var report = HookReport.From(new HookStatus(new Hook("h", "x is not seen", Mechanism.ProcCounter("c")), null, []));

        Assert.Null(report.Mechanism);
        Assert.Equal("x is not seen", report.WhenLost);
    }

    [Fact]
    public void Every_kind_of_mechanism_has_a_word_of_its_own()
    {
        var words = Enum.GetValues<MechanismKind>().Select(MechanismNames.Of).ToArray();

        Assert.Equal(words.Length, words.Distinct().Count());
    }

    [Fact]
    public void A_tunable_keeps_the_bounds_of_each_member()
    {
        var tunable = Tunable.Triple("net.ipv4.tcp_mem", TunableScope.Machine, TunableUnit.Pages, "TCP's memory") with
        {
            Bounds = [new ValueRange(1, 10), new ValueRange(2, 20)],
        };

        var report = TunableReport.From("tcp_buffer", tunable, []);

        Assert.Equal(("machine", "pages"), (report.Scope, report.Unit));
        Assert.Equal(
            ImmutableArray.Create(new MemberReport("min", 1, 10), new MemberReport("default", 2, 20), new MemberReport("max", 2, 20)),
            report.Members.ToImmutableArray());
    }

    [Theory]
    [InlineData(TunableUnit.Bytes, "bytes")]
    [InlineData(TunableUnit.Count, "count")]
    [InlineData(TunableUnit.Microseconds, "microseconds")]
    [InlineData(TunableUnit.Switch, "switch")]
    [InlineData(TunableUnit.Text, "text")]
    public void Units_have_words(TunableUnit unit, string word) =>
        Assert.Equal(word, TunableReport.From("t", new Tunable("a.b", TunableScope.Namespace, unit, ""), []).Unit);
}
