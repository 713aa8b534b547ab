using BpfTune.Engine.Tuning;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Tuning;

public sealed class PolicyTests
{
    [Theory]
    // A raise within bounds.
    [InlineData("4096 8192 100000", "4096 8192 100000", "4096 8192 125000", ProposalOutcome.Applied, "4096 8192 125000")]
    // Clipped to the upper and to the lower bound.
    [InlineData("4096 8192 900000", "4096 8192 900000", "4096 8192 9000000", ProposalOutcome.Applied, "4096 8192 1000000")]
    [InlineData("4096 8192 10000", "4096 8192 10000", "4096 8192 1", ProposalOutcome.Applied, "4096 8192 4096")]
    // At the bound already.
    [InlineData("4096 8192 1000000", "4096 8192 1000000", "4096 8192 1250000", ProposalOutcome.Unchanged, null)]
    // Somebody had set it past the bounds: a raise is no reason to cut it, a cut may go to the bound.
    [InlineData("4096 8192 6000000", "4096 8192 6000000", "4096 8192 7000000", ProposalOutcome.Unchanged, null)]
    [InlineData("4096 8192 6000000", "4096 8192 6000000", "4096 8192 5000000", ProposalOutcome.Applied, "4096 8192 1000000")]
    [InlineData("4096 8192 1000", "4096 8192 1000", "4096 8192 900", ProposalOutcome.Unchanged, null)]
    // A member left alone keeps what the kernel has.
    [InlineData("8192 16384 100000", "4096 8192 100000", "4096 8192 125000", ProposalOutcome.Applied, "8192 16384 125000")]
    // The member to change is not what it was.
    [InlineData("4096 8192 200000", "4096 8192 100000", "4096 8192 125000", ProposalOutcome.Stale, null)]
    // It is not what it was, but what was wanted.
    [InlineData("4096 8192 125000", "4096 8192 100000", "4096 8192 125000", ProposalOutcome.Unchanged, null)]
    // Two members at once, one of them clipped.
    [InlineData("4096 8192 999999", "4096 8192 999999", "4096 16384 2000000", ProposalOutcome.Applied, "4096 16384 1000000")]
    // Other numbers of members.
    [InlineData("4096 8192", "4096 8192 100000", "4096 8192 125000", ProposalOutcome.Stale, null)]
    [InlineData("4096 8192 100000", "4096 8192 100000", "125000", ProposalOutcome.Stale, null)]
    public void Members(string current, string old, string wanted, ProposalOutcome outcome, string? value)
    {
        var decision = Decide(Sample.Rmem, current, old, wanted);
        Assert.Equal(outcome, decision.Outcome);
        Assert.Equal(value, decision.Value?.Text);
        Assert.Equal(outcome == ProposalOutcome.Applied, decision.Reason.Length == 0);
    }

    [Theory]
    [InlineData("cubic", "cubic", "bbr", ProposalOutcome.Applied, "bbr")]
    [InlineData("bbr", "cubic", "bbr", ProposalOutcome.Unchanged, null)]
    [InlineData("reno", "cubic", "bbr", ProposalOutcome.Stale, null)]
    public void Words(string current, string old, string wanted, ProposalOutcome outcome, string? value)
    {
        var decision = Decide(Sample.Algorithm, current, old, wanted);
        Assert.Equal(outcome, decision.Outcome);
        Assert.Equal(value, decision.Value?.Text);
    }

    [Theory]
    // The other way too soon, just in time, and the same way at any time.
    [InlineData(1, 0, "900000", ProposalOutcome.CoolingDown)]
    [InlineData(1, 29, "900000", ProposalOutcome.CoolingDown)]
    [InlineData(1, 30, "900000", ProposalOutcome.Applied)]
    [InlineData(1, 0, "999000", ProposalOutcome.Applied)]
    [InlineData(-1, 29, "999000", ProposalOutcome.CoolingDown)]
    [InlineData(-1, 30, "999000", ProposalOutcome.Applied)]
    [InlineData(-1, 0, "900000", ProposalOutcome.Applied)]
    public void Cooldown(int direction, int age, string wanted, ProposalOutcome outcome)
    {
        Move?[] moves = [null, null, new Move(direction, TimeSpan.FromSeconds(age), "other")];
        var decision = Decide(Sample.Rmem, "4096 8192 950000", "4096 8192 950000", "4096 8192 " + wanted, moves);
        Assert.Equal(outcome, decision.Outcome);
        if (outcome == ProposalOutcome.CoolingDown)
            Assert.Equal($"{(direction > 0 ? "raised" : "lowered")} {age} s ago (other)", decision.Reason);
    }

    [Fact]
    public void CooldownOfAnotherMemberDoesNotCount()
    {
        Move?[] moves = [null, new Move(1, TimeSpan.Zero, "other"), null];
        Assert.Equal(
            ProposalOutcome.Applied,
            Decide(Sample.Rmem, "4096 8192 950000", "4096 8192 950000", "4096 8192 900000", moves).Outcome);
    }

    [Fact]
    public void AnOverrideComesFirst()
    {
        var decision = Policy.Decide(
            Sample.Propose(Sample.Backlog, Sample.Blue, "128", "256"), TunableValue.Of(512), isOverridden: true, []);
        Assert.Equal(ProposalOutcome.Overridden, decision.Outcome);
        Assert.Null(decision.Value);
    }

    [Fact]
    public void NoBufferPassesIntMax()
    {
        var decision = Decide(Sample.Backlog, "2000000000", "2000000000", "2500000000");
        Assert.Equal("2147483647", decision.Value?.Text);
    }

    private static PolicyDecision Decide(
        Tunable tunable, string current, string old, string wanted, Move?[]? moves = null) =>
        Policy.Decide(
            Sample.Propose(tunable, Sample.Blue, old, wanted), TunableValue.Parse(current), isOverridden: false, moves ?? []);
}
