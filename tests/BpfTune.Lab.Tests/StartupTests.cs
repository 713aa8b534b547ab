namespace BpfTune.Lab.Tests;

public sealed class StartupTests
{
    [Theory]
    [InlineData(3.0, 3.0)]
    [InlineData(2.0, 9.0, 1.0, 2.0)]
    [InlineData(2.0, 9.0, 1.0, 2.0, 3.0)]
    public void The_median_is_the_middle_one(double median, params double[] values) =>
        Assert.Equal(median, StartupResult.Median(values));

    [Fact]
    public void There_is_no_median_of_nothing() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => StartupResult.Median([]));

    [Fact]
    public void Cpu_time_of_a_process_is_what_it_used()
    {
        double before = ProcessClock.CpuSeconds(Environment.ProcessId);
        TimeSpan used = Environment.CpuUsage.TotalTime;
        while (Environment.CpuUsage.TotalTime - used < TimeSpan.FromMilliseconds(50))
        {
        }

        Assert.InRange(ProcessClock.CpuSeconds(Environment.ProcessId) - before, 0.04, 60);
    }

    [Fact]
    public void No_process_has_no_clock() => // Above all that pid_max can be, and within what a clock of a process can say.
        Assert.Contains("no process", Assert.Throws<LabException>(() => ProcessClock.CpuSeconds(500_000_000)).Message, StringComparison.Ordinal);
}
