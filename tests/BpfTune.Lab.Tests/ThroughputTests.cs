namespace BpfTune.Lab.Tests;

public sealed class ThroughputTests
{
    private const long MegabitPerInterval = 1_000_000 / 8 / 10;

    [Fact]
    public void The_mean_is_over_the_whole_time()
    {
        var throughput = new Throughput([MegabitPerInterval * 10, MegabitPerInterval * 30], TimeSpan.FromMilliseconds(200));

        Assert.Equal(20, throughput.Mbit, 6);
        Assert.Equal(MegabitPerInterval * 40, throughput.Bytes);
    }

    [Fact]
    public void The_steady_figure_leaves_out_the_first_half_and_the_last_partial_interval()
    {
        long[] samples = [.. Enumerable.Repeat(0L, 10), .. Enumerable.Repeat(MegabitPerInterval * 50, 20), MegabitPerInterval * 3];
        var throughput = new Throughput(samples, TimeSpan.FromMilliseconds(3020));

        Assert.Equal(50, throughput.SteadyMbit(), 6);
        Assert.Equal(40, throughput.SteadyMbit(TimeSpan.FromMilliseconds(500)), 6);
        Assert.Equal([0, 50, 50], throughput.PerSecond.Select(rate => Math.Round(rate, 6)));
    }

    [Fact]
    public void A_silence_at_the_end_is_part_of_the_steady_figure()
    {
        long[] samples = [.. Enumerable.Repeat(MegabitPerInterval * 60, 20), .. Enumerable.Repeat(0L, 10)];

        Assert.Equal(20, new Throughput(samples, TimeSpan.FromSeconds(3)).SteadyMbit(), 6);
    }

    [Fact]
    public void Nothing_at_all_is_zero()
    {
        var nothing = new Throughput([], TimeSpan.Zero);

        Assert.Equal(0, nothing.Mbit);
        Assert.Equal(0, nothing.SteadyMbit());
    }

    [Fact]
    public void Connections_add_up()
    {
        var sum = Throughput.Sum([
            new Throughput([1, 2, 3], TimeSpan.FromMilliseconds(300)),
            new Throughput([10], TimeSpan.FromMilliseconds(90))]);

        Assert.Equal([11, 2, 3], sum.BytesPerInterval);
        Assert.Equal(TimeSpan.FromMilliseconds(300), sum.Duration);
    }

    [Theory]
    [InlineData(2, 41.9)]
    [InlineData(7, 1342.2)]
    [InlineData(0, 10.5)]
    public void A_window_scale_bounds_a_connection(int scale, double mbit) =>
        Assert.Equal(mbit, TcpInfo.WindowBoundMbit(scale, TimeSpan.FromMilliseconds(50)), 1);
}
