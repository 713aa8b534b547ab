namespace BpfTune.Lab.Tests;

public sealed class DepartureClockTests
{
    private const long Millisecond = 1_000_000;

    [Fact]
    public void Without_a_rate_only_the_delay_counts()
    {
        var clock = new DepartureClock(new PipeOptions { Delay = TimeSpan.FromMilliseconds(25) });

        Assert.Equal(25 * Millisecond, clock.Arrival(0, 1500));
        Assert.Equal(25 * Millisecond, clock.Arrival(0, 65000));
    }

    [Fact]
    public void Packets_follow_each_other_at_the_rate()
    {
        // 12 Mbit/s: 1500 bytes take a millisecond.
        var clock = new DepartureClock(new PipeOptions { Delay = TimeSpan.FromMilliseconds(5), Rate = 12_000_000 });

        Assert.Equal(6 * Millisecond, clock.Arrival(0, 1500));
        Assert.Equal(7 * Millisecond, clock.Arrival(0, 1500));
        Assert.Equal(9 * Millisecond, clock.Arrival(Millisecond, 3000));

        // The line was idle meanwhile: nothing is saved up.
        Assert.Equal(106 * Millisecond, clock.Arrival(100 * Millisecond, 1500));
    }

    [Fact]
    public void A_full_queue_drops_and_drains()
    {
        var clock = new DepartureClock(new PipeOptions { Delay = TimeSpan.Zero, Rate = 12_000_000, QueueLimit = 3000 });

        Assert.Equal(1 * Millisecond, clock.Arrival(0, 1500));
        Assert.Equal(2 * Millisecond, clock.Arrival(0, 1500));
        Assert.Equal(3 * Millisecond, clock.Arrival(0, 1500));
        Assert.Equal(-1, clock.Arrival(0, 1500));
        Assert.Equal(4 * Millisecond, clock.Arrival(Millisecond, 1500));
    }

    [Fact]
    public void The_default_queue_holds_a_tenth_of_a_second() =>
        Assert.Equal(1_250_000, new PipeOptions { Rate = 100_000_000 }.EffectiveQueueLimit);
}
