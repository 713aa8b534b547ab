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
        Assert.Equal(2, File.ReadAllLines(Path).Length);
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

    [Fact]
    public void ATornEndIsSkippedAndEnded()
    {
        string whole;
        using (var first = Open())
        {
            Apply(first, "1", "2");
            whole = File.ReadAllText(Path);
            Intent(first, "2", "3");
        }

        // However much of a line a full disk or a crash has left: it is as if it had not been begun.
        var torn = File.ReadAllText(Path)[whole.Length..].TrimEnd('\n');
        for (var length = 1; length < torn.Length; length++)
        {
            File.WriteAllText(Path, whole + torn[..length]);
            using (var second = Open())
            {
                Assert.Equal("2", Trail(second)!.Last);
                Assert.Null(Trail(second)!.Pending);
                Apply(second, "2", "3");
            }

            using var third = Open();
            Assert.Equal(("1", "3"), (Trail(third)!.Original, Trail(third)!.Last));
            Assert.Empty(third.Damage);
            Assert.Equal([1, 2, 3, 4], Journal.ReadRecords(Path).Select(r => r.Seq));
        }

        Assert.Empty(_log.Of(LogLevel.Warning));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("\0\0\0\0")]
    [InlineData("null\n[]\n{}")]
    public void WhatIsNoBeginningOfALineIsDamageAndSaid(string tail)
    {
        using (var first = Open())
            Apply(first, "1", "2");
        File.AppendAllText(Path, tail);
        for (var i = 0; i < 2; i++)
        {
            using var second = Open();
            Assert.Equal("2", Trail(second)!.Last);
            Apply(second, "2", "3");
            Apply(second, "3", "2");
            Assert.Contains("is damaged", Assert.Single(second.Damage), StringComparison.Ordinal);
        }

        Assert.Single(_log.Of(LogLevel.Warning));
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
    public void ANamespaceIsForgottenWhenItHasCertainlyEnded()
    {
        var ended = false;
        using var journal = new Journal(Path, _time, _log, null, "boot") { HasEnded = _ => ended };
        Apply(journal, "1", "2");
        Assert.True(journal.NamespaceGone(Sample.Red));
        Assert.False(journal.NamespaceGone(Sample.Blue));
        Assert.Equal("1", Trail(journal)!.Original);
        ended = true;
        Assert.True(journal.NamespaceGone(Sample.Blue));
        Assert.True(journal.NamespaceGone(Sample.Blue));
        Assert.Empty(journal.State.Trails);
        Assert.Equal(JournalKind.Gone, Assert.Single(Journal.ReadRecords(Path).Skip(2)).Kind);
    }

    [Fact]
    public void AnotherHolderOfAnInodeProvesThatTheEarlierOneHasEnded()
    {
        using var journal = new Journal(Path, _time, _log, null, "boot") { HasEnded = _ => false };
        var inode = Sample.Blue.Id.Inode;
        Apply(journal, "1", "2");
        Apply(journal, "5", "6", new NetworkNamespace(new NamespaceId(inode, 4711), "other", false));
        Assert.Equal("other", Assert.Single(journal.State.Trails).Namespace.Name);
    }

    [Fact]
    public void TenThousandNamespacesPushOutNothing()
    {
        using var journal = new Journal(Path, _time, _log, new JournalOptions { MaximumBytes = 64 << 20 }, "boot") { HasEnded = _ => false };
        Apply(journal, "128", "256", Sample.Global);
        Apply(journal, "1", "2");
        for (uint i = 0; i < 10_000; i++)
            Apply(journal, "1", "2", Other(i));
        Assert.Equal(10_002, journal.State.Trails.Count);

        // What does not fit is refused, which costs tuning there and nothing else; it is said once.
        for (var i = 10_000u; i < JournalState.TrailCapacity - 2; i++)
            Apply(journal, "1", "2", Other(i));
        for (var i = 0u; i < 3; i++)
            Assert.Throws<JournalException>(() => Intent(journal, "1", "2", Other(1_000_000 + i)));
        Apply(journal, "256", "512", Sample.Global);
        Apply(journal, "2", "3", Other(7));
        Assert.Contains("as many as it takes", Assert.Single(_log.Of(LogLevel.Warning)), StringComparison.Ordinal);
        Assert.Equal("128", journal.State.Find(Sample.Global.Id, Sample.Backlog.Name)!.Original);
        Assert.Equal("1", Trail(journal)!.Original);

        static NetworkNamespace Other(uint i) => new(new NamespaceId(1_000_000 + i, 1_000_000 + i), $"n{i}", false);
    }

    [Fact]
    public void RoomIsMadeByThoseThatHaveEnded()
    {
        var ended = new HashSet<NamespaceId>();
        using var journal = new Journal(Path, _time, _log, new JournalOptions { MaximumBytes = 64 << 20 }, "boot") { HasEnded = ended.Contains };
        for (var i = 0u; i < JournalState.TrailCapacity; i++)
            Apply(journal, "1", "2", Other(i));
        Assert.Throws<JournalException>(() => Intent(journal, "1", "2", Other(1_000_000)));
        ended.Add(Other(5).Id);
        Assert.Throws<JournalException>(() => Intent(journal, "1", "2", Other(1_000_000)));
        _time.Advance(TimeSpan.FromMinutes(1));
        Apply(journal, "1", "2", Other(1_000_000));
        Assert.Null(journal.State.Find(Other(5).Id, Sample.Backlog.Name));

        static NetworkNamespace Other(uint i) => new(new NamespaceId(1_000 + i, 1_000 + i), $"n{i}", false);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_disk_that_takes_its_time_keeps_nobody_waiting(bool isRefused)
    {
        var waiting = new Queue<(Action Work, Action<Exception?> Then)>();
        using (var journal = new Journal(Path, _time, _log, new JournalOptions { MaximumBytes = 4000, RecentLines = 2 }, "boot") { Aside = (work, then) => waiting.Enqueue((work, then)) })
        {
            var last = 1;
            while (waiting.Count == 0)
                Apply(journal, $"{last}", $"{++last}");
            for (var i = 0; i < 5; i++)
                Apply(journal, $"{last}", $"{++last}");

            // The old file goes on, until the other one is on the disk; then that one has all that came meanwhile.
            var before = new FileInfo(Path).Length;
            Assert.InRange(before, 4000, long.MaxValue);
            var (work, then) = waiting.Dequeue();
            work();
            then(isRefused ? new IOException("the disk is gone") : null);
            Assert.Equal(isRefused, new FileInfo(Path).Length >= before);
            Assert.Equal(isRefused, journal.Problem is not null);
            Apply(journal, $"{last}", $"{++last}");
            Assert.Null(journal.Problem);
            Assert.Equal($"{last}", Trail(journal)!.Last);
        }

        using var next = new Journal(Path, _time, _log, null, "boot");
        Assert.Empty(next.Damage);
        Assert.Equal("1", Trail(next)!.Original);
        Assert.False(File.Exists(Path + ".new"));
    }

    [Fact]
    public void Each_owner_has_a_share_of_the_first_values()
    {
        var ended = new HashSet<NamespaceId>();
        using var journal = new Journal(Path, _time, _log, new JournalOptions { MaximumBytes = 64 << 20 }, "boot") { HasEnded = ended.Contains };
        for (var i = 0u; i < JournalState.EachTenantsTrails; i++)
            Apply(journal, "1", "2", Other(i, 1000));
        for (var i = 0u; i < 10_000; i++)
            Assert.Throws<JournalException>(() => Intent(journal, "1", "2", Other(1_000_000 + i, 1000)));
        Assert.Contains("namespaces of uid 1000", Assert.Single(_log.Of(LogLevel.Warning)), StringComparison.Ordinal);

        // Everybody else has what is theirs, and what he has already goes on.
        Apply(journal, "1", "2", Other(2_000_000, 1001));
        Apply(journal, "1", "2", Other(3_000_000, 0));
        Apply(journal, "128", "256", Sample.Global);
        Apply(journal, "2", "3", Other(7, 1000));
        Assert.Equal("1", journal.State.Find(Other(7, 1000).Id, Sample.Backlog.Name)!.Original);

        ended.Add(Other(5, 1000).Id);
        _time.Advance(TimeSpan.FromMinutes(1));
        Apply(journal, "1", "2", Other(4_000_000, 1000));
        Assert.Throws<JournalException>(() => Intent(journal, "1", "2", Other(5_000_000, 1000)));
    }

    [Fact]
    public void Whose_they_are_is_remembered_over_a_restart()
    {
        using (var journal = new Journal(Path, _time, _log, new JournalOptions { MaximumBytes = 64 << 20 }, "boot") { HasEnded = _ => false })
        {
            for (var i = 0u; i < JournalState.EachTenantsTrails; i++)
                Apply(journal, "1", "2", Other(i, 1000));
        }

        using var next = new Journal(Path, _time, _log, null, "boot") { HasEnded = _ => false };
        Assert.Throws<JournalException>(() => Intent(next, "1", "2", Other(1_000_000, 1000)));
        Apply(next, "1", "2", Other(1_000_000, 1001));
    }

    private static NetworkNamespace Other(uint i, uint user) =>
        new(new NamespaceId(1_000 + i, 1_000 + i), $"n{i}", false, user == 0 ? NamespaceOwner.Machine : NamespaceOwner.Tenant(user, 1));

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
