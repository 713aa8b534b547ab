using BpfTune.Engine.Loop;

namespace BpfTune.Engine.Tests.Loop;

public sealed class TimerQueueTests
{
    private readonly TimerQueue _queue = new();
    private readonly List<string> _ran = [];

    [Fact]
    public void Callbacks_come_in_the_order_they_are_due_then_in_which_they_were_added()
    {
        Add(30, "c");
        Add(10, "a");
        Add(30, "d");
        Add(20, "b");
        RunUntil(30);
        Assert.Equal(["a", "b", "c", "d"], _ran);
        Assert.Null(_queue.NextDue);
    }

    [Fact]
    public void Nothing_runs_before_it_is_due()
    {
        Add(10, "a");
        RunUntil(9);
        Assert.Empty(_ran);
        Assert.Equal(TimeSpan.FromSeconds(10), _queue.NextDue);
    }

    [Fact]
    public void A_cancelled_timer_neither_runs_nor_wakes_anybody()
    {
        var cancelled = Add(10, "a");
        Add(20, "b");
        cancelled.Dispose();
        cancelled.Dispose();
        Assert.Equal(TimeSpan.FromSeconds(20), _queue.NextDue);
        RunUntil(20);
        Assert.Equal(["b"], _ran);
    }

    [Fact]
    public void The_last_one_cancelled_leaves_nothing_to_wait_for()
    {
        Add(10, "a").Dispose();
        Assert.Null(_queue.NextDue);
    }

    [Fact]
    public void What_is_cancelled_again_and_again_is_not_kept_until_it_would_be_due()
    {
        Add(5, "first");
        for (var i = 0; i < 10_000; i++)
            Add(3600, "never").Dispose();
        Assert.True(_queue.Held <= 70, $"{_queue.Held} are held");
        RunUntil(3600);
        Assert.Equal(["first"], _ran);
    }

    [Fact]
    public void Cancelling_after_it_ran_does_nothing()
    {
        var timer = Add(10, "a");
        RunUntil(10);
        timer.Dispose();
        Assert.Equal(["a"], _ran);
    }

    private IDisposable Add(int seconds, string name) => _queue.Add(TimeSpan.FromSeconds(seconds), () => _ran.Add(name));

    private void RunUntil(int seconds)
    {
        while (_queue.TryTakeDue(TimeSpan.FromSeconds(seconds), out var due))
            due();
    }
}
