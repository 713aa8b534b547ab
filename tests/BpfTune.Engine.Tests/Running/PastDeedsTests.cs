using BpfTune.Engine.Control;
using BpfTune.Engine.Running;

namespace BpfTune.Engine.Tests.Running;

public sealed class PastDeedsTests
{
    private readonly PastDeeds _past = new();

    [Fact]
    public void What_was_done_before_and_after_a_failure_is_told()
    {
        _past.Keep("tcp_conn", ["6 connections were switched to bbr"]);
        _past.Keep("tcp_conn", []);
        _past.Keep("other", ["it did that"]);
        _past.Keep("tcp_conn", ["2 connections were switched to htcp"]);
        Assert.Equal(
            [
                new DeedReport("other", "it did that"),
                new DeedReport("tcp_conn", "6 connections were switched to bbr"),
                new DeedReport("tcp_conn", "2 connections were switched to htcp"),
            ],
            _past.All);
    }

    [Fact]
    public void Of_one_that_is_replaced_without_end_the_latest_are_kept()
    {
        for (var i = 0; i < 3 * PastDeeds.Each; i++)
            _past.Keep("tcp_conn", [$"deed {i}"]);
        Assert.Equal(PastDeeds.Each, _past.All.Count());
        Assert.Equal($"deed {(3 * PastDeeds.Each) - 1}", _past.All.Last().Text);
    }
}
