using BpfTune.Engine.Tuning;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Tuning;

public sealed class JournalStateTests
{
    private const string Boot = "boot";
    private static readonly JournalNamespace Blue = JournalNamespace.Of(Sample.Blue);
    private readonly List<JournalRecord> _records = [];

    private JournalState State
    {
        get
        {
            var state = new JournalState(Boot);
            _records.ForEach(state.Apply);
            return state;
        }
    }

    private TunableTrail? Trail => State.Find(Sample.Blue.Id, "a.b");

    [Fact]
    public void FirstOriginalAndLastValue()
    {
        Applied("1", "2");
        Applied("2", "3");
        var trail = Trail!;
        Assert.Equal(("1", "3", 2), (trail.Original, trail.Last, trail.Changes));
        Assert.True(trail.IsOurs("3"));
        Assert.False(trail.IsOurs("2"));
        Assert.False(trail.IsOurs("1"));
    }

    [Fact]
    public void AnIntentAloneIsPerhapsWritten()
    {
        Applied("1", "2");
        Intent("2", "3");
        var trail = Trail!;
        Assert.True(trail.IsOurs("2"));
        Assert.True(trail.IsOurs("3"));
        Assert.Equal("1", trail.Original);
    }

    [Theory]
    [InlineData("3", "3")] // It was written.
    [InlineData("2", "2")] // It was not.
    public void TheNextReadSettlesAnIntent(string found, string last)
    {
        Applied("1", "2");
        Intent("2", "3");
        Intent(found, "9");
        var trail = Trail!;
        Assert.Equal(last, trail.Last);
        Assert.Equal("1", trail.Original);
    }

    [Fact]
    public void AFailedFirstChangeLeavesNothingToUndo()
    {
        Outcome(Intent("1", "2"), null, JournalResult.Failed);
        Assert.Null(Trail);
        Assert.Empty(State.Trails);
    }

    [Fact]
    public void AFailedLaterChangeKeepsTheTrail()
    {
        Applied("1", "2");
        Outcome(Intent("2", "3"), null, JournalResult.Failed);
        Assert.Equal("2", Trail!.Last);
        Assert.False(Trail!.IsOurs("3"));
    }

    [Fact]
    public void TheKernelMayHaveRounded()
    {
        Outcome(Intent("100", "130"), "128", JournalResult.Applied);
        Assert.True(Trail!.IsOurs("128"));
        Assert.False(Trail!.IsOurs("130"));
    }

    [Fact]
    public void SomebodyElsesValueIsTheNewOriginal()
    {
        Applied("1", "2");
        Applied("50", "60");
        var trail = Trail!;
        Assert.Equal(("50", "60", 1), (trail.Original, trail.Last, trail.Changes));
    }

    [Fact]
    public void SomebodyElseMayHavePutTheOriginalBack()
    {
        Applied("1", "2");
        Applied("1", "2");
        Assert.Equal(("1", "2", 1), (Trail!.Original, Trail!.Last, Trail!.Changes));
    }

    [Theory]
    [InlineData(JournalResult.Restored, false)]
    [InlineData(JournalResult.Gone, false)]
    [InlineData(JournalResult.Left, true)]
    [InlineData(JournalResult.Failed, true)]
    public void RollbackEndsATrailWhenThereIsNothingLeftToDo(JournalResult result, bool remains)
    {
        Applied("1", "2");
        Add(new JournalRecord
        {
            Seq = 0, Time = default, Boot = Boot, Kind = JournalKind.Rollback, Tunable = "a.b", Namespace = Blue, Result = result,
        });
        Assert.Equal(remains, Trail is not null);
    }

    [Fact]
    public void OtherBootsDoNotCount()
    {
        Applied("1", "2");
        _records.ForEach(r => Assert.Equal(Boot, r.Boot));
        var other = new JournalState("another boot");
        _records.ForEach(other.Apply);
        Assert.Empty(other.Trails);
    }

    [Fact]
    public void AGoneNamespaceIsForgotten()
    {
        Applied("1", "2");
        Override("t", Sample.Blue, "a.b");
        Applied("5", "6", Sample.Red);
        Add(new JournalRecord { Seq = 0, Time = default, Boot = Boot, Kind = JournalKind.Gone, Namespace = Blue });
        var state = State;
        Assert.Equal("red", Assert.Single(state.Trails).Namespace.Name);
        Assert.Empty(state.Overrides);
        Assert.False(state.Knows(Sample.Blue.Id));
        Assert.True(state.Knows(Sample.Red.Id));
    }

    [Fact]
    public void ResumeLiftsInOneNamespaceOrInAll()
    {
        Override("t", Sample.Blue, "a.b");
        Override("t", Sample.Blue, "a.c");
        Override("t", Sample.Red, "a.b");
        Override("u", Sample.Blue, "a.b");
        Assert.Equal(4, State.Overrides.Count);
        Resume("t", Blue);
        Assert.Equal([("t", "red"), ("u", "blue")], State.Overrides.Select(o => (o.Tuner, o.Namespace!.Name)));
        Resume("t", null);
        Assert.Equal("u", Assert.Single(State.Overrides).Tuner);
    }

    [Fact]
    public void TheSnapshotGivesTheSameState()
    {
        // Every point of a long random history, so that a cut anywhere is right.
        var random = new Random(20260101);
        for (var step = 0; step < 400; step++)
        {
            RandomStep(random);
            var state = State;
            var again = new JournalState(Boot);
            foreach (var record in state.Snapshot(default))
                again.Apply(record);
            Assert.Equal(Describe(state), Describe(again));
        }
    }

    internal static string Describe(JournalState state) => string.Join('\n',
        state.Trails.OrderBy(t => t.Order)
            .Select(t => $"{t.Order} {t.Tuner} {t.Tunable} {t.Namespace} {t.Original} {t.Last} {t.Pending?.Seq} {t.Changes}")
            .Concat(state.Overrides.OrderBy(o => o.Seq).Select(o => (o with { Line = null }).ToString())));

    private void RandomStep(Random random)
    {
        var place = random.Next(3) == 0 ? Sample.Red : Sample.Blue;
        var known = State.Find(place.Id, "a.b");
        var old = random.Next(4) == 0 ? random.Next(5).ToString() : known?.Last ?? "0";
        switch (random.Next(10))
        {
            case < 5:
                Applied(old, random.Next(100).ToString(), place);
                break;
            case 5:
                Intent(old, random.Next(100).ToString(), place);
                break;
            case 6:
                Outcome(Intent(old, "7", place), null, JournalResult.Failed);
                break;
            case 7:
                Override("t", place, "a.b");
                break;
            case 8:
                Resume("t", random.Next(2) == 0 ? null : JournalNamespace.Of(place));
                break;
            default:
                Add(new JournalRecord
                {
                    Seq = 0, Time = default, Boot = Boot, Kind = JournalKind.Rollback, Tunable = "a.b",
                    Namespace = JournalNamespace.Of(place), Result = (JournalResult)random.Next(1, 5),
                });
                break;
        }
    }

    private void Applied(string old, string wanted, NetworkNamespace? place = null) =>
        Outcome(Intent(old, wanted, place), wanted, JournalResult.Applied);

    private long Intent(string old, string wanted, NetworkNamespace? place = null) => Add(new JournalRecord
    {
        Seq = 0, Time = default, Boot = Boot, Kind = JournalKind.Intent, Tuner = "t", Tunable = "a.b",
        Namespace = JournalNamespace.Of(place ?? Sample.Blue), Old = old, New = wanted,
    });

    private void Outcome(long intent, string? value, JournalResult result) => Add(new JournalRecord
    {
        Seq = 0, Time = default, Boot = Boot, Kind = JournalKind.Outcome, Intent = intent, New = value, Result = result,
    });

    private void Override(string tuner, NetworkNamespace place, string tunable) => Add(new JournalRecord
    {
        Seq = 0, Time = default, Boot = Boot, Kind = JournalKind.Override, Tuner = tuner, Tunable = tunable,
        Namespace = JournalNamespace.Of(place),
    });

    private void Resume(string tuner, JournalNamespace? place) => Add(new JournalRecord
    {
        Seq = 0, Time = default, Boot = Boot, Kind = JournalKind.Resume, Tuner = tuner, Namespace = place,
    });

    private long Add(JournalRecord record)
    {
        _records.Add(record with { Seq = _records.Count + 1 });
        return _records.Count;
    }
}
