using BpfTune.Engine.Tests.Tuning;
using BpfTune.Engine.Tuning;
using BpfTune.Engine.Words;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tests.Words;

public sealed class WordWatchTests : IDisposable
{
    private readonly WordHarness _ = new();

    public void Dispose() => _.Dispose();

    [Fact]
    public void AWriteThatWasSeenStopsTheTunerThereAndNamesWho()
    {
        _.Write("500");
        _.Words.Process();
        Assert.Equal(ProposalOutcome.CoolingDown, _.Propose("600"));
        _.Settle();
        var made = Assert.Single(_.Stopped);
        Assert.Equal("pid 4242 (sysctl) set net.ipv4.tcp_max_syn_backlog in namespace blue; tcp stops tuning it there", made.Sentence);
        Assert.Contains(made.Sentence, _.Log.Of(LogLevel.Information));
        Assert.Equal(("128", "500"), (made.Old, made.New));
        Assert.Equal(ProposalOutcome.Overridden, _.Propose("600"));
        Assert.Equal(ProposalOutcome.Applied, _.Propose("600", Sample.Red));
        Assert.Equal("500", _.Value());
        Assert.Equal(0, _.Hints.Entries);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AWriteThatNobodySawIsFoundBeforeItIsWrittenOver(bool isTuned)
    {
        _.Meet(Sample.Blue);
        if (isTuned)
            Assert.Equal(ProposalOutcome.Applied, _.Propose("256"));
        _.Hints.IsDeaf = true;
        _.Write("500");
        Assert.Equal(ProposalOutcome.CoolingDown, _.Propose("600"));
        Assert.Equal("500", _.Value());
        _.Settle();
        Assert.Equal("net.ipv4.tcp_max_syn_backlog in namespace blue was set by somebody who was not seen; tcp stops tuning it there", Assert.Single(_.Stopped).Sentence);
        Assert.Equal(ProposalOutcome.Overridden, _.Propose("600"));
        Assert.Equal("500", _.Value());
    }

    [Fact]
    public void AWordThatCameWhileNoDaemonRanCountsWhenOneStarts()
    {
        Assert.Equal(ProposalOutcome.Applied, _.Propose("256"));
        _.Stop();
        _.Hints.IsDeaf = true;
        _.Write("500");
        _.Start();
        _.Meet(Sample.Blue);
        _.Settle();
        Assert.True(_.IsStopped());
        _.Restart();
        Assert.True(_.IsStopped());
        Assert.Equal("500", Assert.Single(_.Overrides.Of("tcp")).New);
    }

    [Fact]
    public void ARestartTakesWhatItLeftForItsOwn()
    {
        Assert.Equal(ProposalOutcome.Applied, _.Propose("256"));
        _.Restart();
        _.Meet(Sample.Blue);
        _.Settle();
        Assert.False(_.IsStopped());
        Assert.Equal(ProposalOutcome.Applied, _.Propose("512"));
    }

    [Fact]
    public void AKilledDaemonMayHaveWrittenOrNot()
    {
        _.Store.BeforeWrite = () => throw new InvalidOperationException("killed");
        Assert.Throws<InvalidOperationException>(() => _.Propose("256"));
        _.Store.BeforeWrite = null;
        _.Restart();
        Assert.Equal(ProposalOutcome.Applied, _.Propose("300"));
        Assert.False(_.IsStopped());
    }

    [Fact]
    public void OneWriteOfTheValueThatStandsIsToMakeItStay()
    {
        Assert.Equal(ProposalOutcome.Applied, _.Propose("256"));
        _.Time.Advance(TimeSpan.FromMilliseconds(1));
        _.Write("256");
        _.Settle();
        Assert.True(_.IsStopped());
        _.Write("128", Sample.Red);
        _.Settle();
        Assert.True(_.IsStopped(Sample.Red));
    }

    [Fact]
    public void ABurstThatEndsWhereItBeganIsNoWord()
    {
        Assert.Equal(ProposalOutcome.Applied, _.Propose("256"));
        _.Time.Advance(TimeSpan.FromMilliseconds(1));
        _.Write("500");
        _.Words.Process();
        Assert.Equal(ProposalOutcome.CoolingDown, _.Propose("600"));
        _.Timers.Advance(TimeSpan.FromMilliseconds(500));
        _.Write("256");
        _.Settle();
        Assert.False(_.IsStopped());
        Assert.Equal(ProposalOutcome.Applied, _.Propose("512"));
    }

    [Fact]
    public void AShortBurstThatNobodySawIsNoWordEither()
    {
        _.Meet(Sample.Blue);
        _.Hints.IsDeaf = true;
        _.Write("500");
        Assert.Equal(ProposalOutcome.CoolingDown, _.Propose("600"));
        _.Write("128");
        _.Settle();
        Assert.False(_.IsStopped());
        Assert.Equal(ProposalOutcome.Applied, _.Propose("256"));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("-1")]
    public void ARefusedWriteIsNoWord(string value)
    {
        _.Write(value, refused: true);
        _.Settle();
        Assert.False(_.IsStopped());
        Assert.Equal(ProposalOutcome.Applied, _.Propose("256"));
    }

    [Fact]
    public void AnotherTunerIsToldOfOnceAndIsNoAdministrator()
    {
        for (var i = 0; i < 3; i++)
        {
            _.Write($"{300 + i}", command: "bpftune", pid: 182);
            _.Settle();
            Assert.Equal(ProposalOutcome.Applied, _.Propose($"{400 + i}"));
            _.Time.Advance(TimeSpan.FromMinutes(1));
            _.Settle();
        }

        Assert.False(_.IsStopped());
        Assert.Contains("pid 182 (bpftune) is another tuner", Assert.Single(_.Log.Of(LogLevel.Warning)), StringComparison.Ordinal);
        _.Restart();
        _.Meet(Sample.Blue);
        _.Settle();
        Assert.False(_.IsStopped());
    }

    [Fact]
    public void TheBootsSettingAppliedAgainIsNoWordAndIsTunedFromThere()
    {
        Assert.Equal(ProposalOutcome.Applied, _.Propose("256"));
        _.Time.Advance(TimeSpan.FromMilliseconds(1));
        _.Write("128", command: "systemd-sysctl");
        _.Settle();
        Assert.False(_.IsStopped());
        Assert.Single(_.Log.Of(LogLevel.Information), t => t.StartsWith("systemd-sysctl has put", StringComparison.Ordinal));
        _.Restart();
        _.Meet(Sample.Blue);
        _.Settle();
        Assert.False(_.IsStopped());
        Assert.Equal(ProposalOutcome.Applied, _.Propose("256"));
        _.Time.Advance(TimeSpan.FromMilliseconds(1));
        _.Write("200", command: "systemd-sysctl");
        _.Settle();
        Assert.True(_.IsStopped());
    }

    [Fact]
    public void ResumeGoesOnFromWhatTheAdministratorSetAndARestartKnowsThat()
    {
        Assert.Equal(ProposalOutcome.Applied, _.Propose("256"));
        _.Time.Advance(TimeSpan.FromMilliseconds(1));
        _.Write("500");
        _.Settle();
        foreach (var one in _.Overrides.Resume("tcp", Sample.Blue))
            _.Words.OnResumed("tcp", Sample.Blue, [one.Tunable]);
        _.Restart();
        _.Meet(Sample.Blue);
        _.Settle();
        Assert.False(_.IsStopped());
        Assert.Equal(ProposalOutcome.Applied, _.Propose("600"));
        Assert.Equal("500", _.Journal.State.Find(Sample.Blue.Id, Sample.Backlog.Name)!.Original);
    }

    [Fact]
    public void AfterALossAllIsReadAgain()
    {
        _.Meet(Sample.Blue);
        _.Settle();
        _.Hints.IsFull = true;
        _.Write("500");
        _.Settle();
        Assert.Equal(0u, Assert.Single(_.Stopped).Pid);
        Assert.Single(_.Log.Of(LogLevel.Warning));
    }

    [Fact]
    public void AnotherNamespacesNameSaysNothingOfTheMachines()
    {
        _.Hints.Tell(Sample.TcpMem, Sample.Blue.Id, "1 2 3", "1 2 3");
        _.Settle();
        Assert.Empty(_.Stopped);
        _.Write("1 2 4", Sample.Global, Sample.TcpMem);
        _.Settle();
        Assert.Equal("global", Assert.Single(_.Stopped).Namespace.Name);
    }

    [Fact]
    public void WhoseWriteItWasCannotBeToldThenTheValuesTell()
    {
        _.Meet(Sample.Blue);
        _.Settle();
        _.Hints.Tell(Sample.Backlog, default, "128", "500");
        _.Store[Sample.Blue, Sample.Backlog] = "500";
        _.Settle();
        Assert.Equal("blue", Assert.Single(_.Stopped).Namespace.Name);
    }

    [Fact]
    public void AFloodIsJudgedByWhatStandsAndLookedAtEverMoreSeldom()
    {
        _.Write("1000");
        _.Words.Process();
        for (var i = 0; i < 600; i++)
        {
            _.Write($"{1001 + (i % 2)}");
            _.Timers.Advance(TimeSpan.FromMilliseconds(500));
        }

        Assert.True(_.IsStopped());
        Assert.Equal(1, _.Words.Open);
        Assert.Single(_.Log.Of(LogLevel.Information));
        Assert.InRange(_.Journal.State.Overrides.Count, 1, 1);
        _.Timers.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal((0, 0, 0), (_.Words.Open, _.Hints.Entries, _.Timers.Armed));
    }

    [Fact]
    public void StoppingTheDaemonLosesNoWord()
    {
        _.Write("128");
        _.Restart();
        Assert.True(_.IsStopped());
    }

    [Fact]
    public void ANamespaceThatIsMetInTheMiddleOfABurstHadTheValueBeforeIt()
    {
        _.Write("300");
        _.Write("500");
        _.Meet(Sample.Blue);
        _.Settle();
        Assert.Equal(("128", "500"), (Assert.Single(_.Stopped).Old, _.Value()));
    }

    [Fact]
    public void ANamespaceThatIsFoundLateIsJudgedThen()
    {
        var isHidden = true;
        _.Words.Resolve = (_, _) => isHidden ? null : Sample.Blue;
        _.Write("500");
        _.Settle();
        Assert.Empty(_.Stopped);
        isHidden = false;
        _.Timers.Advance(WordWatch.LongestPause);
        Assert.Single(_.Stopped);
        Assert.Equal((0, 0, 0), (_.Words.Open, _.Hints.Entries, _.Timers.Armed));
    }

    [Fact]
    public void NothingIsArmedWhileNothingHappens() => Assert.Equal(0, _.Timers.Armed);

    [Fact]
    public void AGoneNamespaceLeavesNothingBehind()
    {
        _.Write("500");
        _.Words.Process();
        _.Applier.NamespaceGone(Sample.Blue);
        Assert.Equal((0, 0), (_.Words.Open, _.Hints.Entries));
        _.Settle();
        Assert.Empty(_.Stopped);
    }

    [Fact]
    public void NobodyForgesALineOfTheLog()
    {
        _.Write("128", command: "x\n<3>evil\u001b[2J");
        _.Settle();
        Assert.DoesNotContain(Assert.Single(_.Stopped).Sentence, char.IsControl);
    }
}
