using BpfTune.Engine.Tuning;
using BpfTune.Sdk;

namespace BpfTune.Engine.Tests.Tuning;

public sealed class ChangeLogTests
{
    private readonly ManualTime _time = new();
    private readonly ManualTimers _timers;
    private readonly ListLogger _log = new();
    private readonly ChangeLog _changes;
    private long _value = 100;

    public ChangeLogTests()
    {
        _timers = new ManualTimers(_time);
        _changes = new ChangeLog(_timers.After, _time, _ => _log);
    }

    private IReadOnlyList<string> Lines => [.. _log.Lines.Select(line => line.Text)];

    [Fact]
    public void TheFirstIsToldAtOnceWithItsEvidenceAndNeedsNoTimer()
    {
        Add();
        Assert.Equal("raised net.ipv4.tcp_max_syn_backlog from 100 to 101 in namespace blue (near_limit): seen 101", Assert.Single(Lines));
        Assert.Equal(0, _timers.Armed);
    }

    [Fact]
    public void RepeatsAreCountedAndToldOnceAMinute()
    {
        for (var i = 0; i < 10; i++)
            Add();
        Assert.Single(Lines);
        Assert.Equal(1, _timers.Armed);
        _timers.Advance(TimeSpan.FromSeconds(59));
        Assert.Single(Lines);
        _timers.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(
            "raised net.ipv4.tcp_max_syn_backlog from 101 to 110 in namespace blue (near_limit) in 9 more changes, 10 in all: seen 110",
            Lines[^1]);
        Assert.Equal(0, _timers.Armed);

        Add();
        _timers.Advance(TimeSpan.FromMinutes(1));
        Assert.EndsWith("in 1 more change, 11 in all: seen 111", Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void AMinuteOfFloodIsTwoLines()
    {
        for (var i = 0; i < 723; i++)
        {
            Add();
            _timers.Advance(TimeSpan.FromMilliseconds(83));
        }

        Assert.Equal(2, Lines.Count);
        _changes.Flush();
        Assert.Contains("723 in all", Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void ARepeatLongAfterIsToldAtOnce()
    {
        Add();
        _timers.Advance(TimeSpan.FromHours(1));
        Add();
        Assert.Equal(2, Lines.Count);
        Assert.Equal(0, _timers.Armed);
    }

    [Fact]
    public void AnotherReasonPlaceOrTunerIsAnotherMatter()
    {
        Add();
        Add(scenario: "other");
        Add(place: Sample.Red);
        Add(tuner: "udp");
        Assert.Equal(4, Lines.Count);
        Assert.Equal(4, _changes.Totals.Count);
    }

    [Fact]
    public void OneTimerServesAllAndGoesWithTheLast()
    {
        Add();
        _timers.Advance(TimeSpan.FromSeconds(20));
        Add(place: Sample.Red);
        Add(place: Sample.Red);
        Add();
        Assert.Equal(1, _timers.Armed);
        _timers.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(4, Lines.Count);
        Assert.Equal(0, _timers.Armed);
    }

    [Fact]
    public void FlushTellsWhatWaits()
    {
        Add();
        Add();
        _changes.Flush();
        Assert.Equal(2, Lines.Count);
        Assert.Equal(0, _timers.Armed);
        _changes.Flush();
        Assert.Equal(2, Lines.Count);
    }

    [Fact]
    public void AGoneNamespaceIsToldAndForgotten()
    {
        Add();
        Add();
        Add(place: Sample.Red);
        _changes.NamespaceGone(Sample.Blue);
        Assert.Contains("2 in all", Lines[^1], StringComparison.Ordinal);
        Assert.Equal(Sample.Red, Assert.Single(_changes.Totals).Namespace);
    }

    [Fact]
    public void TheLatestAreKeptNewestFirst()
    {
        for (var i = 0; i < RecentChanges.Capacity + 10; i++)
            Add();
        Assert.Equal(RecentChanges.Capacity, _changes.Recent.Count);
        Assert.Equal(_value, _changes.Recent[0].New[0]);
        var total = Assert.Single(_changes.Totals);
        Assert.Equal((RecentChanges.Capacity + 10, "100", "366"), (total.Count, total.First.Text, total.Last.Text));
    }

    [Theory]
    [InlineData("1 2 3", "1 2 6", "raised net.ipv4.tcp_rmem max from 3 to 6 in")]
    [InlineData("1 2 6", "1 2 3", "lowered net.ipv4.tcp_rmem max from 6 to 3 in")]
    [InlineData("1 2 3", "2 3 4", "raised net.ipv4.tcp_rmem from '1 2 3' to '2 3 4' in")]
    [InlineData("1 2 3", "2 1 3", "changed net.ipv4.tcp_rmem from '1 2 3' to '2 1 3' in")]
    public void OnlyTheMemberThatMovedIsNamed(string old, string now, string start) => Assert.StartsWith(
        start, ChangeText.First(Make(Sample.Rmem, Sample.Blue, old, now)), StringComparison.Ordinal);

    [Fact]
    public void WordsAreShownWhole() => Assert.StartsWith(
        "changed net.ipv4.tcp_congestion_control from 'cubic' to 'bbr' in the global namespace",
        ChangeText.First(Make(Sample.Algorithm, Sample.Global, "cubic", "bbr")),
        StringComparison.Ordinal);

    private static Change Make(Tunable tunable, NetworkNamespace place, string old, string now) => new(
        default, "tcp", tunable, place, TunableValue.Parse(old), TunableValue.Parse(now), "near_limit", "seen");

    private void Add(string tuner = "tcp", NetworkNamespace? place = null, string scenario = "near_limit") => _changes.Add(
        new Change(
            _time.GetUtcNow(), tuner, Sample.Backlog, place ?? Sample.Blue, TunableValue.Of(_value), TunableValue.Of(++_value),
            scenario, $"seen {_value}"));
}
