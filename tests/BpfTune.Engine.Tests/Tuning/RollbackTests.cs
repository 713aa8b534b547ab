using BpfTune.Engine.Control;
using BpfTune.Engine.Tuning;
using BpfTune.LibBpf;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Tuning;

public sealed class RollbackTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTime _time = new();
    private readonly ListLogger _log = new();
    private readonly MemoryStore _store = new();
    private readonly HashSet<NamespaceId> _ended = [];
    private readonly List<string> _installed = [];
    private readonly List<NetworkNamespace> _namespaces = [Sample.Global, Sample.Blue, Sample.Red];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void EveryValueGoesBackLatestFirst()
    {
        _store[Sample.Blue, Sample.Rmem] = "1 2 3";
        _store[Sample.Red, Sample.Backlog] = "128";
        using var journal = Open();
        Change(journal, Sample.Rmem, Sample.Blue, "1 2 30000");
        Change(journal, Sample.Backlog, Sample.Red, "256");
        Change(journal, Sample.Rmem, Sample.Blue, "1 2 40000");

        var entries = Run(journal);
        Assert.Equal([Sample.Backlog.Name, Sample.Rmem.Name], entries.Select(e => e.Tunable));
        Assert.All(entries, e => Assert.Equal(RollbackOutcome.Restored, e.Outcome));
        Assert.Equal("1 2 3", _store[Sample.Blue, Sample.Rmem]);
        Assert.Equal("128", _store[Sample.Red, Sample.Backlog]);
        Assert.Equal("net.ipv4.tcp_rmem in namespace blue put back from '1 2 40000' to '1 2 3'", entries[1].Text);
        Assert.Empty(Run(journal));
    }

    [Fact]
    public void AnotherProcessDoesItAfterAKill()
    {
        _store[Sample.Blue, Sample.Backlog] = "128";
        using (var killed = Open())
        {
            Change(killed, Sample.Backlog, Sample.Blue, "256");
            // Written, and killed before the outcome was.
            Intend(killed, Sample.Backlog, Sample.Blue, "256", "512");
            _store[Sample.Blue, Sample.Backlog] = "512";
        }

        using var journal = Open();
        Assert.Equal(("512", "128"), Assert.Single(Run(journal)) is var e ? (e.From, e.To) : default);
        Assert.Equal("128", _store[Sample.Blue, Sample.Backlog]);
        using var after = Reopen(journal);
        Assert.Empty(Run(after));
    }

    [Fact]
    public void KilledBeforeTheVeryFirstWriteNothingIsToBeDone()
    {
        _store[Sample.Blue, Sample.Backlog] = "128";
        using var journal = Open();
        Intend(journal, Sample.Backlog, Sample.Blue, "128", "256");
        Assert.Equal(RollbackOutcome.Unchanged, Assert.Single(Run(journal)).Outcome);
        Assert.Empty(Run(journal));
    }

    [Theory]
    [InlineData("9999")] // A value of their own.
    [InlineData("256")] // One that we had set earlier: it did not come back by itself.
    public void SomebodyElsesValueIsLeftAndSaidSo(string theirs)
    {
        _store[Sample.Blue, Sample.Backlog] = "128";
        using var journal = Open();
        Change(journal, Sample.Backlog, Sample.Blue, "256");
        Change(journal, Sample.Backlog, Sample.Blue, "512");
        _store[Sample.Blue, Sample.Backlog] = theirs;

        for (var i = 0; i < 2; i++)
        {
            var entry = Assert.Single(Run(journal));
            Assert.Equal(RollbackOutcome.Left, entry.Outcome);
            Assert.Contains("somebody else", entry.Text, StringComparison.Ordinal);
            Assert.Equal(theirs, _store[Sample.Blue, Sample.Backlog]);
        }
    }

    [Fact]
    public void AGoneNamespaceIsSkippedAndSaidOnce()
    {
        _store[Sample.Blue, Sample.Backlog] = "128";
        _store[Sample.Red, Sample.Backlog] = "128";
        using var journal = Open();
        Change(journal, Sample.Backlog, Sample.Blue, "256");
        Change(journal, Sample.Backlog, Sample.Red, "256");
        _namespaces.Remove(Sample.Blue);
        _store.Gone.Add(Sample.Red.Id);
        _ended.UnionWith([Sample.Blue.Id, Sample.Red.Id]);
        Assert.All(Run(journal), e => Assert.Equal(RollbackOutcome.Gone, e.Outcome));
        Assert.Empty(Run(journal));
    }

    [Fact]
    public void AFirstValueStaysWhileItsNamespaceMayLive()
    {
        _store[Sample.Blue, Sample.Backlog] = "128";
        using var journal = Open();
        Change(journal, Sample.Backlog, Sample.Blue, "256");
        _namespaces.Remove(Sample.Blue);
        for (var i = 0; i < 2; i++)
        {
            var entry = Assert.Single(Run(journal));
            Assert.Equal(RollbackOutcome.Unreachable, entry.Outcome);
            Assert.False(RollbackReport.Of(entry).IsFailure());
        }

        _namespaces.Add(Sample.Blue);
        Assert.Equal(RollbackOutcome.Restored, Assert.Single(Run(journal)).Outcome);
        Assert.Equal("128", _store[Sample.Blue, Sample.Backlog]);
    }

    [Theory]
    [InlineData("kernel.hostname")]
    [InlineData("net/../kernel/hostname")]
    [InlineData("net.ipv4.../../kernel/hostname")]
    [InlineData("net.ipv4..tcp_rmem")]
    [InlineData("net.ipv4.tcp rmem\n")]
    public void OnlyNamesOfSysctlsInTheirTreesAreTouched(string name)
    {
        _installed.Add(name);
        var tunable = new Tunable(name, TunableScope.Namespace, TunableUnit.Text, "");
        _store[Sample.Blue, tunable] = "new";
        using var journal = Open();
        journal.Outcome(Intend(journal, tunable, Sample.Blue, "forged", "new"), TunableValue.Parse("new"), null);
        var entry = Assert.Single(Run(journal));
        Assert.Equal(RollbackOutcome.Refused, entry.Outcome);
        Assert.True(RollbackReport.Of(entry).IsFailure());
        Assert.Equal("new", _store[Sample.Blue, tunable]);
        Assert.DoesNotContain('\n', entry.Text);
    }

    [Fact]
    public void AJournalWithoutChecksumsIsReadAndPutsBackOnlyWhatAnInstalledTunerManages()
    {
        _store[Sample.Blue, Sample.Backlog] = "256";
        var id = $"{{\"inode\":{Sample.Blue.Id.Inode},\"cookie\":{Sample.Blue.Id.Cookie},\"name\":\"blue\"}}";
        var time = "\"time\":\"2026-11-27T12:00:00+00:00\",\"boot\":\"boot\"";
        var text = $"{{\"seq\":1,{time},\"kind\":\"intent\",\"tuner\":\"t\",\"tunable\":\"{Sample.Backlog.Name}\",\"namespace\":{id},\"old\":\"128\",\"new\":\"256\"}}\n"
            + $"{{\"seq\":2,{time},\"kind\":\"outcome\",\"new\":\"256\",\"intent\":1,\"result\":\"applied\"}}\n";
        File.WriteAllText(_directory["journal.jsonl"], text);
        using (var journal = Open())
            Assert.Equal(RollbackOutcome.Refused, Assert.Single(Run(journal)).Outcome);
        _installed.Add(Sample.Backlog.Name);
        File.WriteAllText(_directory["journal.jsonl"], text);
        using (var journal = Open())
            Assert.Equal(RollbackOutcome.Restored, Assert.Single(Run(journal)).Outcome);
        Assert.Equal("128", _store[Sample.Blue, Sample.Backlog]);
    }

    [Fact]
    public void ARefusalIsSaidAndTheRestGoesOn()
    {
        _store[Sample.Blue, Sample.Backlog] = "128";
        using var journal = Open();
        Change(journal, Sample.Backlog, Sample.Blue, "256");
        _store.WriteFailure = new SysctlException("refused", Errno.EROFS);
        var entry = Assert.Single(Run(journal));
        Assert.Equal((RollbackOutcome.Failed, "refused"), (entry.Outcome, entry.Text));
        _store.WriteFailure = null;
        Assert.Equal(RollbackOutcome.Restored, Assert.Single(Run(journal)).Outcome);
    }

    [Fact]
    public void APreviewChangesNothing()
    {
        _store[Sample.Blue, Sample.Backlog] = "128";
        using var journal = Open();
        Change(journal, Sample.Backlog, Sample.Blue, "256");
        var size = new FileInfo(journal.Path).Length;
        var entry = Assert.Single(new Rollback(journal, _store, Find, () => _installed, _log).Run(preview: true));
        Assert.Equal(RollbackOutcome.WouldRestore, entry.Outcome);
        Assert.Equal("256", _store[Sample.Blue, Sample.Backlog]);
        Assert.Equal(size, new FileInfo(journal.Path).Length);
    }

    [Fact]
    public void AfterARollbackTuningMayBeginAgain()
    {
        _store[Sample.Blue, Sample.Backlog] = "128";
        using var journal = Open();
        Change(journal, Sample.Backlog, Sample.Blue, "256");
        Run(journal);
        _store[Sample.Blue, Sample.Backlog] = "1000";
        Change(journal, Sample.Backlog, Sample.Blue, "2000");
        Assert.Equal("1000", Assert.Single(Run(journal)).To);
    }

    private NetworkNamespace? Find(NamespaceId id) => _namespaces.Find(n => n.Id == id);

    private IReadOnlyList<RollbackEntry> Run(Journal journal) => new Rollback(journal, _store, Find, () => _installed, _log).Run();

    private void Change(Journal journal, Tunable tunable, NetworkNamespace place, string wanted)
    {
        var number = Intend(journal, tunable, place, _store[place, tunable], wanted);
        _store[place, tunable] = wanted;
        journal.Outcome(number, TunableValue.Parse(wanted), null);
    }

    private static long Intend(Journal journal, Tunable tunable, NetworkNamespace place, string old, string wanted) =>
        journal.Intent(
            "tcp", Sample.Propose(tunable, place, old, wanted), TunableValue.Parse(old), TunableValue.Parse(wanted));

    private Journal Open() => new(_directory["journal.jsonl"], _time, _log, null, "boot") { HasEnded = _ended.Contains };

    private Journal Reopen(Journal journal)
    {
        journal.Dispose();
        return Open();
    }
}
