using System.Globalization;
using BpfTune.Engine.Tests.Words;
using BpfTune.Engine.Tuning;
using BpfTune.Sdk;
using Microsoft.Extensions.Logging;

namespace BpfTune.Engine.Tests.Tuning;

/// <summary>Raises that are measured: a kernel in which what is lost depends on the value, or does not.</summary>
public sealed class TrialTests : IDisposable
{
    private readonly WordHarness _daemon = new();
    private long _lost;
    private long _kept;

    public void Dispose() => _daemon.Dispose();

    [Fact]
    public void Nothing_is_written_before_it_is_known_what_is_lost_without_it()
    {
        Count(0, 0);
        Assert.Equal(ProposalOutcome.OnTrial, Raise());
        Assert.Equal("1000", Value);
        for (var block = 0; block < 2; block++)
        {
            Count(5, 44);
            _daemon.Timers.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(ProposalOutcome.OnTrial, Raise());
            Count(0, 1);
            Assert.Equal(ProposalOutcome.OnTrial, Raise());
        }

        Count(5, 45);
        Assert.Equal(ProposalOutcome.OnTrial, Raise());
        _daemon.Timers.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ProposalOutcome.Applied, Raise());
        Assert.Equal("1250", Value);
        Assert.Equal("on trial", Standing);
    }

    [Fact]
    public void What_cannot_be_read_is_not_tried()
    {
        Assert.Equal(ProposalOutcome.OnTrial, Raise());
        _daemon.Timers.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(ProposalOutcome.OnTrial, Raise());
        Assert.Equal("1000", Value);
    }

    [Fact]
    public void Where_little_happens_a_minute_is_enough()
    {
        Count(0, 0);
        Raise();
        Count(1, 9);
        _daemon.Timers.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(ProposalOutcome.OnTrial, Raise());
        _daemon.Timers.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ProposalOutcome.Applied, Raise());
    }

    [Fact]
    public void Where_the_counters_show_no_loss_nothing_is_raised()
    {
        Count(0, 0);
        Raise();
        for (var second = 0; second < 600; second++)
        {
            Count(0, 1000);
            Raise();
            _daemon.Timers.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("1000", Value);
    }

    [Fact]
    public void What_helps_is_kept_and_goes_on()
    {
        Run(seconds: 120, lost: value => Math.Max(0, 500 - (value / 20)));
        Assert.InRange(Number, 8000, 12_500);
        Assert.StartsWith("kept: drops ", _daemon.Changes.Recent[^1].Standing!.Text, StringComparison.Ordinal);
        Assert.Contains(_daemon.Log.Of(LogLevel.Information), line => line.Contains("stays: drops 4", StringComparison.Ordinal));
        Assert.DoesNotContain(_daemon.Changes.Recent, change => change.Scenario == "raise_taken_back");
    }

    [Fact]
    public void What_makes_no_difference_is_taken_back_and_rests_ever_longer()
    {
        var most = Run(seconds: 60, lost: _ => 100);
        Assert.Equal(2000, most);
        Assert.Equal("1000", Value);
        Assert.Equal("taken back: no difference (drops 10 % → 10 %)", Standing);
        Assert.All(_daemon.Changes.Recent, change => Assert.Equal(Standing, change.Standing!.Text));
        Assert.Equal(ProposalOutcome.Resting, Raise());
        Assert.Equal(2000, Run(seconds: 600, lost: _ => 100));
        Assert.Equal("1000", Value);
        var changes = _daemon.Changes.Recent.Count;
        Assert.Equal(1000, Run(seconds: 1100, lost: _ => 100));
        Assert.Equal(changes, _daemon.Changes.Recent.Count);
    }

    [Fact]
    public void What_makes_it_worse_is_taken_back_at_once_with_a_warning()
    {
        Run(seconds: 10, lost: value => value / 10);
        Assert.Equal("1000", Value);
        Assert.StartsWith("taken back: drops 1", Standing, StringComparison.Ordinal);
        Assert.Contains(_daemon.Log.Of(LogLevel.Warning), line => line.Contains("did harm", StringComparison.Ordinal));
    }

    [Fact]
    public void A_rest_outlasts_the_daemon()
    {
        Run(seconds: 60, lost: _ => 100);
        _daemon.Restart();
        Assert.Equal(ProposalOutcome.Resting, Raise());
        _daemon.Timers.Advance(Rests.Shortest);
        Assert.Equal(ProposalOutcome.OnTrial, Raise());
    }

    [Fact]
    public void What_needs_another_setting_first_has_it_first_and_both_go_back_in_the_other_order()
    {
        Run(seconds: 30, lost: _ => 100, withMaximum: true);
        Assert.Equal(("1000", "1000"), (Value, Maximum));
        var order = _daemon.Changes.Recent.Reverse().Select(c => (c.Tunable.Name, c.New.Text)).ToArray();
        Assert.Equal([("net.core.rmem_max", "1250"), ("net.core.rmem_default", "1250")], order[..2]);
        Assert.Equal([("net.core.rmem_default", "1000"), ("net.core.rmem_max", "1000")], order[^2..]);
    }

    [Fact]
    public void What_cannot_be_had_in_full_takes_nothing_with_it()
    {
        _daemon.Store.Rounding = wanted => wanted == "1250" ? "1100" : wanted;
        CountBefore(withMaximum: true);
        Assert.Equal(ProposalOutcome.Unchanged, Raise(withMaximum: true));
        Assert.Equal(("1000", "1100"), (Value, Maximum));
    }

    [Fact]
    public void An_administrators_word_ends_it_and_nothing_is_put_back_over_that()
    {
        Begin();
        _daemon.Write("7777", tunable: Sample.Buffer);
        _daemon.Settle();
        _daemon.Timers.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal("7777", Value);
        Assert.Equal(ProposalOutcome.Overridden, Raise());
    }

    [Fact]
    public void A_value_that_nobody_was_seen_to_set_is_not_put_back_over_either()
    {
        Begin();
        _daemon.Store[Sample.Blue, Sample.Buffer] = "7777";
        for (var second = 0; second < 120; second++)
        {
            Count(100, 900);
            _daemon.Timers.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("7777", Value);
    }

    [Fact]
    public void What_is_not_judged_when_its_tuner_stops_is_taken_back()
    {
        Begin();
        _daemon.Applier.TunerStopped("tcp");
        Assert.Equal("1000", Value);
        Assert.Equal("taken back: not judged before the tuner was stopped", Standing);
        Assert.NotEqual(ProposalOutcome.Resting, Raise());
    }

    [Fact]
    public void Traffic_that_has_ceased_leaves_no_timer_and_is_judged_when_it_goes_on()
    {
        Begin();
        _daemon.Timers.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, _daemon.Timers.Armed);
        Assert.Equal("on trial", Standing);
        for (var second = 0; second < 20; second++)
        {
            Count(100, 900);
            Raise();
            _daemon.Timers.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("1000", Value);
    }

    [Fact]
    public void A_namespace_that_ends_leaves_nothing_behind()
    {
        Begin();
        _daemon.Applier.NamespaceGone(Sample.Blue);
        Assert.Equal(0, _daemon.Timers.Armed);
    }

    [Fact]
    public void A_take_back_that_fails_is_tried_again()
    {
        Begin();
        _daemon.Timers.Advance(TimeSpan.FromSeconds(1));
        _daemon.Store.WriteFailure = new SysctlException("refused", 1);
        for (var second = 0; second < 15; second++)
        {
            Count(100, 900);
            _daemon.Timers.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal("1250", Value);
        Assert.StartsWith("to be taken back: ", Standing, StringComparison.Ordinal);
        _daemon.Store.WriteFailure = null;
        _daemon.Timers.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal("1000", Value);
    }

    [Fact]
    public void A_take_back_that_fails_is_not_tried_again_where_there_is_no_namespace_any_more()
    {
        Begin();
        _daemon.Store.WriteFailure = new SysctlException("refused", 1);
        for (var second = 0; second < 15; second++)
        {
            Count(100, 900);
            _daemon.Timers.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.StartsWith("to be taken back: ", Standing, StringComparison.Ordinal);
        _daemon.Applier.NamespaceGone(Sample.Blue);
        Assert.Equal(0, _daemon.Timers.Armed);
    }

    private string Value => _daemon.Store[Sample.Blue, Sample.Buffer];

    private string Maximum => _daemon.Store[Sample.Blue, Sample.BufferMaximum];

    private long Number => long.Parse(Value, CultureInfo.InvariantCulture);

    private string Standing => _daemon.Changes.Recent[0].Standing!.Text;

    /// <summary>The first raise is made.</summary>
    private void Begin()
    {
        CountBefore();
        Assert.Equal(ProposalOutcome.Applied, Raise());
    }

    /// <summary>All that is counted before a raise but for the last reading.</summary>
    private void CountBefore(bool withMaximum = false)
    {
        Count(0, 0);
        for (var block = 0; block < 3; block++)
        {
            Raise(withMaximum);
            Count(100, 900);
            _daemon.Timers.Advance(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>A thousand things come each second, and the tuner wants more whenever some are lost.</summary>
    /// <returns>The largest value seen.</returns>
    private long Run(int seconds, Func<long, long> lost, bool withMaximum = false)
    {
        var most = Number;
        for (var second = 0; second < seconds; second++)
        {
            var now = lost(Number);
            Count(now, 1000 - now);
            if (now > 0)
                Raise(withMaximum);
            most = Math.Max(most, Number);
            _daemon.Timers.Advance(TimeSpan.FromSeconds(0.5));
            if (now > 0)
                Raise(withMaximum);
            most = Math.Max(most, Number);
            _daemon.Timers.Advance(TimeSpan.FromSeconds(0.5));
        }

        return most;
    }

    private ProposalOutcome Raise(bool withMaximum = false)
    {
        var wanted = LearningRate.Default.Raise(Number).ToString(CultureInfo.InvariantCulture);
        return _daemon.Applier.Propose("tcp", Sample.Propose(Sample.Buffer, Sample.Blue, Value, wanted) with
        {
            Before = withMaximum ? Sample.Propose(Sample.BufferMaximum, Sample.Blue, Maximum, wanted) : null,
        });
    }

    private void Count(long lost, long kept)
    {
        _lost += lost;
        _kept += kept;
        _daemon.ProcNet[(Sample.Blue.Id, "counts")] = string.Create(CultureInfo.InvariantCulture, $"{_lost} {_kept}");
    }
}
