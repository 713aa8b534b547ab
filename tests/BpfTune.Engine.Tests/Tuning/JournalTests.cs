using System.Runtime.Versioning;
using BpfTune.Engine.Tuning;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tests.Tuning;

[SupportedOSPlatform("linux")]
public sealed class JournalTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTime _time = new();
    private readonly ListLogger _log = new();

    private string Path => _directory["state/journal.jsonl"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void NothingIsMadeBeforeThereIsSomethingToSay()
    {
        using var journal = Open();
        Assert.False(File.Exists(Path));
        Assert.Empty(Journal.ReadRecords(Path));
    }

    [Fact]
    public void TheIntentIsInTheFileBeforeTheCallReturns()
    {
        using var journal = Open();
        var number = Intent(journal, "1", "2");
        var record = Assert.Single(Journal.ReadRecords(Path));
        Assert.Equal(
            (number, JournalKind.Intent, "tcp", "net.ipv4.tcp_max_syn_backlog", "blue", "1", "2"),
            (record.Seq, record.Kind, record.Tuner, record.Tunable, record.Namespace!.Name, record.Old, record.New));
        Assert.Equal(_time.GetUtcNow(), record.Time);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
    }

    [Fact]
    public void ALineIsOneLineWhateverItHolds()
    {
        using var journal = Open();
        journal.Note(journal.Next(JournalKind.Override) with { Command = "a\nb\"'→\0", New = "{\"x\":\n}" });
        Assert.Single(File.ReadAllLines(Path));
        Assert.Equal("a\nb\"'→\0", Assert.Single(Journal.ReadRecords(Path)).Command);
    }

    [Fact]
    public void AnotherRunGoesOnWithNumbersAndState()
    {
        using (var first = Open())
        {
            Apply(first, "1", "2");
            Apply(first, "2", "3");
        }

        using var second = Open();
        Assert.Equal(("1", "3"), (Trail(second)!.Original, Trail(second)!.Last));
        Assert.Equal(5, Intent(second, "3", "4"));
    }

    [Fact]
    public void AnotherBootBeginsWithNothing()
    {
        using (var first = Open())
            Apply(first, "1", "2");
        using var second = Open(boot: "next");
        Assert.Empty(second.State.Trails);
        Assert.Equal(3, Intent(second, "7", "8"));
    }

    [Theory]
    [InlineData("{\"seq\":9,\"ti")]
    [InlineData("garbage")]
    [InlineData("\0\0\0\0")]
    [InlineData("null\n[]\n{}")]
    public void ATornEndIsSkippedAndEnded(string torn)
    {
        using (var first = Open())
            Apply(first, "1", "2");
        File.AppendAllText(Path, torn);

        using var second = Open();
        Assert.Equal("2", Trail(second)!.Last);
        Apply(second, "2", "3");
        var records = Journal.ReadRecords(Path);
        Assert.Equal([1, 2, 3, 4], records.Select(r => r.Seq));
        Assert.Empty(_log.Of(LogLevel.Warning));
    }

    [Fact]
    public void ASecondWriterIsKeptOutAndAReaderIsNot()
    {
        using var first = Open();
        Apply(first, "1", "2");
        using var second = Open();
        Assert.False(second.TryPrepare());
        Assert.Throws<JournalException>(() => Intent(second, "2", "3"));
        Assert.Equal(2, Journal.ReadRecords(Path).Count);
        Assert.Single(_log.Of(LogLevel.Warning));
    }

    [Fact]
    public void WhatCannotBeWrittenIsRefusedOnceAndWorksAgain()
    {
        // A file where the directory should be stands in for any obstacle, and root meets it too.
        File.WriteAllText(_directory["state"], "");
        using var journal = Open();
        for (var i = 0; i < 5; i++)
        {
            var failure = Assert.Throws<JournalException>(() => Intent(journal, "1", "2"));
            Assert.Contains(Path, failure.Message, StringComparison.Ordinal);
        }

        Assert.Single(_log.Of(LogLevel.Warning));
        Assert.Empty(journal.State.Trails);
        File.Delete(_directory["state"]);
        Apply(journal, "1", "2");
        Assert.Contains("works again", Assert.Single(_log.Of(LogLevel.Information)), StringComparison.Ordinal);
        Assert.Equal(2, Journal.ReadRecords(Path).Count);
    }

    [Fact]
    public void WhatWasOnlyInMemoryIsWrittenLater()
    {
        File.WriteAllText(_directory["state"], "");
        using (var journal = Open())
        {
            Override(journal, "tcp");
            File.Delete(_directory["state"]);
            Apply(journal, "1", "2");
        }

        using var again = Open();
        Assert.Equal("tcp", Assert.Single(again.State.Overrides).Tuner);
        Assert.Equal("2", Trail(again)!.Last);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AJournalTakenAwayIsWrittenAnew(bool delete)
    {
        using (var journal = Open())
        {
            Apply(journal, "1", "2");
            if (delete)
                File.Delete(Path);
            else
                File.WriteAllText(Path, "");
            Apply(journal, "2", "3");
            Assert.Single(_log.Of(LogLevel.Warning));
        }

        using var again = Open();
        Assert.Equal(("1", "3", 2), (Trail(again)!.Original, Trail(again)!.Last, Trail(again)!.Changes));
    }

    [Fact]
    public void ItIsBoundedAndForgetsNothingThatMatters()
    {
        var options = new JournalOptions { MaximumBytes = 20_000, RecentLines = 20 };
        var longest = 0L;
        string before;
        using (var journal = Open(options))
        {
            Apply(journal, "1", "2", Sample.Red);
            Override(journal, "tcp");
            for (var i = 2; i < 2000; i++)
            {
                Apply(journal, i.ToString(), (i + 1).ToString());
                longest = Math.Max(longest, new FileInfo(Path).Length);
            }

            Intent(journal, "2000", "2001");
            before = JournalStateTests.Describe(journal.State);
        }

        Assert.InRange(longest, 10_000, 25_000);
        Assert.False(File.Exists(Path + ".new"));
        using var again = Open(options);
        Assert.Equal(before, JournalStateTests.Describe(again.State));
        Assert.Equal(("2", "2000", 1998), (Trail(again)!.Original, Trail(again)!.Last, Trail(again)!.Changes));
        Assert.True(Trail(again)!.IsOurs("2001"));
    }

    [Fact]
    public void WhatMustBeKeptMayPassTheBoundWithoutEndlessRewriting()
    {
        var options = new JournalOptions { MaximumBytes = 2000, RecentLines = 2 };
        using var journal = Open(options);
        for (uint i = 1; i <= 200; i++)
            Apply(journal, "1", "2", new NetworkNamespace(new NamespaceId(i, i), $"n{i}", false));
        Assert.Equal(200, journal.State.Trails.Count);
        Assert.InRange(_log.Lines.Count(line => line.Id == 4224), 2, 12);
    }

    [Fact]
    public void AGoneNamespaceIsWrittenDownOnlyIfItWasKnown()
    {
        using var journal = Open();
        Apply(journal, "1", "2");
        journal.NamespaceGone(Sample.Red);
        journal.NamespaceGone(Sample.Blue);
        journal.NamespaceGone(Sample.Blue);
        Assert.Empty(journal.State.Trails);
        Assert.Equal(JournalKind.Gone, Assert.Single(Journal.ReadRecords(Path).Skip(2)).Kind);
    }

    private static TunableTrail? Trail(Journal journal) => journal.State.Find(Sample.Blue.Id, Sample.Backlog.Name);

    private static long Intent(Journal journal, string old, string wanted, NetworkNamespace? place = null) => journal.Intent(
        "tcp",
        Sample.Propose(Sample.Backlog, place ?? Sample.Blue, old, wanted),
        TunableValue.Parse(old),
        TunableValue.Parse(wanted));

    private static void Apply(Journal journal, string old, string wanted, NetworkNamespace? place = null) =>
        journal.Outcome(Intent(journal, old, wanted, place), TunableValue.Parse(wanted), null);

    private static void Override(Journal journal, string tuner) => journal.Note(journal.Next(JournalKind.Override) with
    {
        Tuner = tuner, Tunable = Sample.Backlog.Name, Namespace = JournalNamespace.Of(Sample.Blue),
    });

    private Journal Open(JournalOptions? options = null, string boot = "boot") => new(Path, _time, _log, options, boot);
}
