using BpfTune.Engine.Namespaces;
using BpfTune.Engine.Tests.Words;
using BpfTune.Engine.Tuning;
using BpfTune.Engine.Words;
using BpfTune.LibBpf;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tests.Tuning;

public sealed class ChangeApplierTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTime _time = new();
    private readonly ListLogger _log = new();
    private readonly MemoryStore _store = new();
    private readonly Journal _journal;
    private readonly OverrideRegistry _overrides;
    private readonly ChangeLog _changes;
    private readonly ChangeApplier _applier;

    public ChangeApplierTests()
    {
        _journal = new Journal(_directory["state/journal.jsonl"], _time, _log, null, "boot");
        _overrides = new OverrideRegistry(_journal, _ => _log);
        var timers = new ManualTimers(_time);
        var words = new WordWatch(
            new KnownValues(_journal, _time), _overrides, _journal, _store, new FakeHints(_time), Sample.Global, timers.After, _time, _log);
        _overrides.Manage("tcp", [Sample.Backlog]);
        _changes = new ChangeLog(timers.After, _time, _ => _log);
        _applier = new ChangeApplier(_journal, _store, _overrides, words, _changes, _time, timers.After, _ => _log, (_, _, _) => null, availablePages: () => 1_000_000);
        _store[Sample.Blue, Sample.Backlog] = "128";
        _store[Sample.Red, Sample.Backlog] = "128";
    }

    public void Dispose()
    {
        _journal.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void AppliedIsWrittenJournalledCountedAndTold()
    {
        string[] seenBefore = [];
        _store.BeforeWrite = () => seenBefore = [.. Journal.ReadRecords(_journal.Path).Select(r => r.Kind.ToString())];
        Assert.Equal(ProposalOutcome.Applied, Propose("128", "256"));
        Assert.Equal(["Intent"], seenBefore);
        Assert.Equal("256", _store[Sample.Blue, Sample.Backlog]);
        Assert.Equal([JournalKind.Intent, JournalKind.Outcome], Journal.ReadRecords(_journal.Path).Select(r => r.Kind));
        Assert.Equal(1, _applier.CountsOf("tcp")[ProposalOutcome.Applied]);
        Assert.Single(_log.Of(LogLevel.Information));
        Assert.Equal("256", Assert.Single(_changes.Recent).New.Text);
    }

    [Fact]
    public void WhatTheKernelMadeOfItIsWhatIsRemembered()
    {
        _store.Rounding = _ => "255";
        Assert.Equal(ProposalOutcome.Applied, Propose("128", "256"));
        Assert.Equal("255", _journal.State.Find(Sample.Blue.Id, Sample.Backlog.Name)!.Last);
        Assert.Equal("255", Assert.Single(_changes.Recent).New.Text);
    }

    [Theory]
    [InlineData("128", "128", ProposalOutcome.Unchanged)]
    [InlineData("100", "200", ProposalOutcome.Stale)]
    public void NothingIsWrittenOrJournalledWhenThePolicySaysNo(string old, string wanted, ProposalOutcome outcome)
    {
        Assert.Equal(outcome, Propose(old, wanted));
        Assert.Equal("128", _store[Sample.Blue, Sample.Backlog]);
        Assert.Empty(Journal.ReadRecords(_journal.Path));
        Assert.Equal(1, _applier.CountsOf("tcp")[outcome]);
    }

    [Fact]
    public void TheOtherWayWaitsHalfAMinute()
    {
        Assert.Equal(ProposalOutcome.Applied, Propose("128", "256"));
        Assert.Equal(ProposalOutcome.Applied, Propose("256", "512"));
        Assert.Equal(ProposalOutcome.CoolingDown, Propose("512", "256"));
        _time.Advance(Policy.Cooldown);
        Assert.Equal(ProposalOutcome.Applied, Propose("512", "256"));
        Assert.Equal(ProposalOutcome.CoolingDown, Propose("256", "512"));
        Assert.Equal(ProposalOutcome.Applied, Propose("128", "256", Sample.Red));
    }

    [Fact]
    public void AnOverriddenTunerDoesNotEvenLook()
    {
        _store[Sample.Blue, Sample.Backlog] = "777";
        _overrides.Stop(Sample.Backlog, Sample.Blue, 1, "sysctl", "128", "777");
        var visits = _store.Visits;
        Assert.Equal(ProposalOutcome.Overridden, Propose("777", "900"));
        Assert.Equal(visits, _store.Visits);
        Assert.Equal(ProposalOutcome.Applied, Propose("128", "256", Sample.Red));
        _overrides.Resume("tcp");
        Assert.Equal(ProposalOutcome.Applied, Propose("777", "900"));
    }

    [Fact]
    public void ARefusalIsWarnedOfOnceAndNotRepeatedForAMinute()
    {
        _store.WriteFailure = new SysctlException("refused", Errno.EPERM);
        Assert.Equal(ProposalOutcome.Failed, Propose("128", "256"));
        var lines = Journal.ReadRecords(_journal.Path).Count;
        for (var i = 0; i < 10; i++)
            Assert.Equal(ProposalOutcome.Failed, Propose("128", "256"));
        Assert.Equal(lines, Journal.ReadRecords(_journal.Path).Count);
        _time.Advance(ChangeApplier.BackOff);
        Assert.Equal(ProposalOutcome.Failed, Propose("128", "256"));
        Assert.StartsWith("refused", Assert.Single(_log.Of(LogLevel.Warning)), StringComparison.Ordinal);
        Assert.Empty(_journal.State.Trails);

        // Elsewhere it goes on, and here too when the obstacle is gone.
        _store.WriteFailure = null;
        Assert.Equal(ProposalOutcome.Applied, Propose("128", "256", Sample.Red));
        _time.Advance(ChangeApplier.BackOff);
        Assert.Equal(ProposalOutcome.Applied, Propose("128", "256"));
    }

    [Fact]
    public void AnAbsentSysctlIsOneWarning()
    {
        Assert.Equal(ProposalOutcome.Failed, _applier.Propose("tcp", Sample.Propose(Sample.Rmem, Sample.Blue, "1 2 3", "1 2 4")));
        Assert.Contains("this kernel has no net.ipv4.tcp_rmem in namespace blue", Assert.Single(_log.Of(LogLevel.Warning)), StringComparison.Ordinal);
        Assert.Empty(Journal.ReadRecords(_journal.Path));
    }

    [Fact]
    public void VanishedNamespacesAreOneWarningInAll()
    {
        for (uint i = 1; i < 50; i++)
        {
            var gone = new NetworkNamespace(new NamespaceId(i, i), $"n{i}", false);
            _store.Gone.Add(gone.Id);
            Assert.Equal(ProposalOutcome.Failed, Propose("128", "256", gone));
        }

        Assert.StartsWith("namespace n1 is gone", Assert.Single(_log.Of(LogLevel.Warning)), StringComparison.Ordinal);
    }

    [Fact]
    public void NoJournalNoChange()
    {
        File.WriteAllText(_directory["state"], "");
        Assert.Equal(ProposalOutcome.Failed, Propose("128", "256"));
        Assert.Equal(ProposalOutcome.Failed, Propose("128", "256"));
        Assert.Equal("128", _store[Sample.Blue, Sample.Backlog]);
        Assert.Single(_log.Of(LogLevel.Warning));
        File.Delete(_directory["state"]);
        Assert.Equal(ProposalOutcome.Applied, Propose("128", "256"));
    }

    [Fact]
    public void AGoneNamespaceLeavesNothingBehind()
    {
        Propose("128", "256");
        _overrides.Stop(Sample.Backlog, Sample.Blue, 1, "sysctl", "1", "256");
        _applier.NamespaceGone(Sample.Blue);
        Assert.Empty(_journal.State.Trails);
        Assert.Empty(_overrides.All);
        Assert.Empty(_changes.Totals);
    }

    [Fact]
    public void ATunersOwnFaultIsNotSwallowed()
    {
        _store.WriteFailure = new InvalidOperationException("bug");
        Assert.Throws<InvalidOperationException>(() => Propose("128", "256"));
    }

    private ProposalOutcome Propose(string old, string wanted, NetworkNamespace? place = null) =>
        _applier.Propose("tcp", Sample.Propose(Sample.Backlog, place ?? Sample.Blue, old, wanted));
}
