using BpfTune.Engine.Words;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Words;

public sealed class WordJudgeTests
{
    [Theory]
    // The value alone, without any hint.
    [InlineData("5", "5", null, WordKind.None)]
    [InlineData("5", "7", null, WordKind.Word)]
    // One write of the value that stands is to make it stay; a refused one leaves no trace; several that return are none.
    [InlineData("5", "5", "5", WordKind.Word)]
    [InlineData("5", "5", "9999999", WordKind.None)]
    [InlineData("5", "5", "garbage", WordKind.None)]
    [InlineData("5", "7", "7", WordKind.Word)]
    // The hint may know less than the value: it was set otherwise.
    [InlineData("5", "7", "6", WordKind.Word)]
    public void TheValueDecides(string known, string current, string? written, object kind) =>
        Assert.Equal(kind, Judge(known, current, written is null ? null : Hint(written)).Kind);

    [Fact]
    public void ABurstThatEndsWhereItBeganIsNobodysWord()
    {
        Assert.Equal(WordKind.None, Judge("5", "5", Hint("5", count: 2, mixed: true)).Kind);
        Assert.Equal(WordKind.Word, Judge("5", "5", Hint("5", count: 3)).Kind);
        Assert.Equal(WordKind.Word, Judge("5", "6", Hint("6", count: 2, mixed: true)).Kind);
    }

    [Fact]
    public void OnlyWhoWasSeenIsNamed()
    {
        Assert.False(Judge("5", "7", null).IsSeen);
        Assert.True(Judge("5", "7", Hint("7")).IsSeen);
    }

    [Fact]
    public void AnotherTunerIsNoAdministratorUnlessOneWroteToo()
    {
        Assert.Equal(WordKind.OtherTuner, Judge("5", "7", Hint("7", count: 0, tuner: 182)).Kind);
        Assert.Equal(WordKind.None, Judge("5", "5", Hint("5", count: 0, tuner: 182)).Kind);
        Assert.Equal(WordKind.Word, Judge("5", "9", Hint("7", tuner: 182)).Kind);
    }

    [Theory]
    [InlineData("40", "40", WordKind.BootValue)]
    [InlineData("41", "41", WordKind.Word)]
    public void TheBootsOwnSettingAppliedAgainIsNoWordButAnotherOneIs(string current, string written, object kind) =>
        Assert.Equal(kind, Judge("90", current, Hint(written, command: "systemd-sysctl"), first: "40").Kind);

    [Fact]
    public void TheBootsOwnSettingOfSomethingNeverTunedIsNoWordEither()
    {
        Assert.Equal(WordKind.BootValue, Judge("40", "40", Hint("40", command: "systemd-sysctl")).Kind);
        Assert.Equal(WordKind.Word, Judge("40", "41", Hint("41", command: "systemd-sysctl")).Kind);
        Assert.Equal(WordKind.Word, Judge("90", "40", Hint("40"), first: "40").Kind);
    }

    [Theory]
    [InlineData("7", WordKind.Overwritten, "7")]
    [InlineData("5", WordKind.Overwritten, "5")]
    [InlineData("9", WordKind.Word, null)]
    public void AWriteThatOursCameOutOnTopOfIsPutBack(string written, object kind, string? back)
    {
        var known = new KnownValue(TunableValue.Parse("9"), TunableValue.Parse("5"), 1000);
        var verdict = WordJudge.Judge(known, TunableValue.Parse("9"), true, Hint(written, time: 900), TunableValue.Parse("5"));
        Assert.Equal(kind, verdict.Kind);
        Assert.Equal(back, verdict.Value?.Text);
        Assert.Equal(WordKind.None, WordJudge.Judge(
            known, TunableValue.Parse("9"), true, Hint("7", time: 1001), TunableValue.Parse("5")).Kind);
    }

    private static WordVerdict Judge(string known, string current, WriteHint? hint, string? first = null)
    {
        var value = new KnownValue(TunableValue.Parse(known));
        var found = TunableValue.Parse(current);
        return WordJudge.Judge(value, found, found.Equals(value.Value), hint, first is null ? null : TunableValue.Parse(first));
    }

    private static WriteHint Hint(
        string written, uint count = 1, bool mixed = false, string command = "sysctl", uint tuner = 0, ulong time = 5000) =>
        new(count, mixed, 4242, command, tuner, time, "", written);
}
